"""What decisions look things up in: never stale, and read only when it has changed."""

from datetime import timedelta

import pytest

from routing.override import Override
from service.library import Library, NothingLoaded
from service.store import codec
from service.store.pool import Pool
from tests.service.office import NOW, Office


async def test_without_a_policy_nothing_is_decided_and_everything_kept(pool: Pool) -> None:
    async with pool.acquire() as conn:
        with pytest.raises(NothingLoaded, match="Webhooks are kept"):
            await Library().shelf(conn, NOW)


async def test_the_same_shelf_is_used_until_something_changes(office: Office) -> None:
    first = await office.desk.shelf()
    assert await office.desk.shelf() is first
    await office.service.contacts.disable("anna", "mobile", "gone")
    second = await office.desk.shelf()
    assert second is not first
    assert second.people["anna"].contact_methods[0].disabled == "gone"


async def test_another_process_learns_of_a_change_with_its_next_decision(office: Office) -> None:
    """Broken once: without reading the counter, the other process paged a number that is gone."""
    other = await office.someone_else()
    await other.report("T-1")
    await office.service.contacts.disable("anna", "mobile", "gone")
    case = (await other.report("T-2")).case
    assert case is not None
    assert [p.person for p in (await office.case(case)).open_pages] == ["ben"]


async def test_a_policy_takes_effect_at_its_instant(office: Office) -> None:
    await office.pool.execute(
        "insert into policies select 'small@2', 2, source, document, $1, applied_by, created_at"
        " from policies",
        NOW + timedelta(hours=1),
    )
    await office.pool.execute("update generations set value = value + 1")
    assert (await office.desk.shelf()).current.id == "small@1"
    office.clock.forward(minutes=59)
    assert (await office.desk.shelf()).current.id == "small@1"
    office.clock.forward(minutes=1)
    assert (await office.desk.shelf()).current.id == "small@2"


async def test_who_is_on_call_is_asked_live_also_for_an_older_case(office: Office) -> None:
    case = (await office.report("T-1")).case
    assert case is not None
    override = Override("o", "replace", NOW, NOW + timedelta(hours=1), person="anna", by="carl")
    await office.pool.execute(
        "insert into schedule_overrides values ('o', 'support', $1, $2, 'grace', $3)",
        codec.encode(override), NOW + timedelta(hours=1), NOW,
    )  # fmt: skip
    await office.pool.execute("update generations set value = value + 1")
    shelf = await office.desk.shelf()
    assert shelf.book("small@1").on_call("support", NOW) == ("carl",)
    assert shelf.book("a policy that is gone").policy.id == "small@1"


async def test_phones_name_their_people(office: Office) -> None:
    phones = (await office.desk.shelf()).phones
    assert phones["+46701740605"] == ("anna",)
    assert phones["+46701740607"] == ("carl",)  # once, though it texts and rings
    assert "+46701740699" not in phones
