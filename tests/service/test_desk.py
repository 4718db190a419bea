"""The one door: what one transaction may and may not do to the next."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from routing.case import State
from routing.event import Acknowledge, Refusal, Resolve
from routing.report import Comment
from service.desk import NoSuchCase
from service.library import Library
from service.measurements import snapshot
from service.store import codec
from service.waking import PASSED_OVER
from tests.service.office import NOW, Office

NUL = "no\x00thing"
"""PostgreSQL takes it in no text: a value that decides well and cannot be saved."""


async def test_a_case_is_saved_with_its_page_its_contact_and_its_reasons(office: Office) -> None:
    landed = await office.report("T-1", subject="Login fails")
    assert landed.case is not None
    case = await office.case(landed.case)
    assert (case.state, case.account, case.plan) == (State.PAGING, "acme", "premier")
    assert await office.keys("queued") == [f"{case.id}/1/anna/mobile/1"]
    row = await office.pool.fetchrow("select * from cases")
    assert row is not None
    assert (row["wake_at"], row["state"], row["rank"]) == (case.wake_at, "paging", 0)
    assert await office.pool.fetchval("select kind from timeline order by id limit 1") == "opened"
    assert office.rings == 1


async def test_a_delivery_that_comes_again_changes_nothing(office: Office) -> None:
    first = office.arrival("T-1", event_key="once")
    landed = await office.desk.report([first, office.arrival("T-1", event_key="once")])
    again = await office.desk.report([office.arrival("T-1", event_key="once")])
    assert [one.duplicate for one in (*landed, *again)] == [False, True, True]
    assert {one.case for one in (*landed, *again)} == {landed[0].case}
    assert await office.pool.fetchval("select count(*) from intake") == 1


async def test_one_webhook_that_cannot_be_decided_leaves_the_others_alone(office: Office) -> None:
    """Broken once: numbers handed out in turn, so that the third ticket found none left."""
    await office.report("T-1")
    bad = office.arrival("T-2")
    report = replace(bad.reports[0], version="not a version")  # type: ignore[arg-type]
    bad = replace(bad, reports=(bad.reports[0], report))
    landed = await office.desk.report(
        [office.arrival("T-1"), bad, office.arrival("T-2"), office.arrival("T-3")]
    )
    assert [one.dead for one in landed] == [False, True, False, False]
    assert len({one.case for one in landed if one.case}) == 3
    dead = await office.pool.fetchrow("select * from intake where state = 'dead'")
    assert dead is not None
    assert "kept for replay" in dead["said"]


async def test_one_webhook_that_cannot_be_saved_becomes_a_dead_letter(office: Office) -> None:
    landed = await office.desk.report_alone(office.arrival("T-1", subject=NUL))
    assert landed.dead
    assert await office.pool.fetchval("select count(*) from cases") == 0
    assert await office.pool.fetchval("select state from intake") == "dead"


async def test_two_processes_that_open_one_ticket_make_one_case(office: Office) -> None:
    other = await office.someone_else()
    tries = [(office, other)[n % 2].report("T-1") for n in range(12)]
    landed = await asyncio.gather(*tries)
    assert len({one.case for one in landed}) == 1
    assert await office.pool.fetchval("select count(*) from cases") == 1
    assert len(await office.keys("queued")) == 1


async def test_a_case_that_cannot_be_read_keeps_no_other_asleep(office: Office) -> None:
    """Broken once: without passing it over, one bad row kept every case from being woken."""
    cases = [(await office.report(f"T-{n}")).case for n in range(3)]
    await office.pool.execute("update cases set body = '{}' where id = $1", cases[1])
    office.clock.forward(minutes=5)
    assert len(await office.desk.wake()) == 2
    assert await office.desk.wake() == []
    keys = await office.keys("queued")
    assert [f"{case}/2/ben/mobile/1" in keys for case in cases] == [True, False, True]
    late = await office.pool.fetchval("select min(wake_at) from cases")
    assert late == NOW + timedelta(minutes=5)  # the watchdog sees it


async def test_a_case_that_cannot_be_saved_keeps_no_other_asleep(office: Office) -> None:
    cases = [(await office.report(f"T-{n}")).case for n in range(3)]
    await office.pool.execute(
        "update cases set body = replace(body::text, 'acme\"', 'acme\\u0000\"')::json"
        " where id = $1",
        cases[0],
    )
    office.clock.forward(minutes=5)
    woken = await office.desk.wake()
    assert len(woken) == 2
    assert list(office.desk.waking.passed_over) == [cases[0]]


async def test_who_is_passed_over_is_tried_again_after_a_minute(office: Office) -> None:
    case = (await office.report("T-1")).case
    assert case is not None
    office.clock.forward(minutes=5)
    office.desk.waking.passed_over[case] = 10e12
    assert await office.desk.wake() == []
    office.desk.waking.passed_over[case] -= 10e12 + PASSED_OVER
    assert len(await office.desk.wake()) == 1


async def test_a_refused_event_changes_nothing_and_is_told_in_a_sentence(office: Office) -> None:
    case = (await office.report("T-1")).case
    assert case is not None
    await office.desk.act(case, Resolve("anna", "SMS"))
    before = await office.case(case)
    with pytest.raises(Refusal, match="was resolved"):
        await office.desk.act(case, Acknowledge("ben", "SMS"))
    assert await office.case(case) == before


async def test_a_case_there_is_not_is_said_so(office: Office) -> None:
    with pytest.raises(NoSuchCase, match="There is no case ACME-9"):
        await office.desk.act("ACME-9", Acknowledge("anna", "SMS"))


async def test_what_is_settled_with_an_event_stands_or_falls_with_it(office: Office) -> None:
    case = (await office.report("T-1")).case
    assert case is not None

    async def not_ours(_: object) -> bool:
        return False

    assert await office.desk.act_with(case, Acknowledge("anna", "SMS"), not_ours) is None
    assert (await office.case(case)).owner is None


async def test_a_stored_webhook_is_there_once_however_often_it_came(office: Office) -> None:
    arrivals = [office.arrival("T-1", event_key=key) for key in ("a", "a", "b")]
    stored = await office.desk.store(arrivals, [0, 0, 1])
    again = await office.desk.store(arrivals[:1], [0])
    assert [one.duplicate for one in (*stored, *again)] == [False, True, False, True]
    rows = await office.pool.fetch("select event_key, urgency, state from intake order by id")
    assert [tuple(r) for r in rows] == [("a", 0, "stored"), ("b", 1, "stored")]


async def test_a_case_keeps_the_policy_it_opened_under(office: Office) -> None:
    """Broken once: decided by the policy in force, the older case paged Carl."""
    case = (await office.report("T-1")).case
    assert case is not None
    await office.pool.execute(
        "insert into policies select 'other@2', 2, source, replace(document::text, '\"ben\"',"
        " '\"carl\"')::json, effective_at, applied_by, created_at from policies"
    )
    await office.pool.execute("update generations set value = value + 1")
    newer = (await office.report("T-2")).case
    assert newer is not None
    office.clock.forward(minutes=5)
    await office.desk.wake()
    older, newest = await office.case(case), await office.case(newer)
    assert [p.person for p in older.open_pages] == ["ben"]
    assert [p.person for p in newest.open_pages] == ["carl"]
    assert (older.policy, newest.policy) == ("small@1", "other@2")


async def test_three_sweepers_and_many_answers_never_contact_anybody_twice(office: Office) -> None:
    """Broken once: without the row lock, answers were overwritten by whoever swept beside them."""
    offices = [office, *[await office.someone_else() for _ in range(2)]]
    for one in offices[1:]:
        one.desk.library = one.service.library = Library()
    names = await office.desk.report([office.arrival(f"T-{n}") for n in range(60)])
    cases = [one.case for one in names if one.case]
    woken, taken = 0, set[str]()
    for minute in range(24):
        office.clock.forward(minutes=1)
        answers = [
            _answer(offices[n % 3], case, "ben")
            for n, case in enumerate(cases)
            if minute % 6 == 5 and n % 4 == minute // 6
        ]
        done = await asyncio.gather(*(one.desk.wake(25) for one in offices * 2), *answers)
        woken += sum(len(one) for one in done if isinstance(one, list))
        taken |= {one for one in done if isinstance(one, str)}
    assert woken > 100
    doubled = await office.pool.fetch(
        "select case_id, turn, person, method, attempt from outbox where kind = 'page'"
        " group by 1, 2, 3, 4, 5 having count(*) > 1"
    )
    assert doubled == []
    owners = {(await office.case(case)).owner for case in taken}
    assert (len(taken) > 10, owners) == (True, {"ben"})
    late = await office.pool.fetchval(
        "select count(*) from cases where wake_at <= $1", office.clock.now()
    )
    while await office.desk.wake():
        late = 0
    assert late == 0


async def _answer(office: Office, case: str, person: str) -> str | None:
    """The case, if it was taken."""
    try:
        await office.desk.act(case, Acknowledge(person, "SMS"))
    except Refusal:
        return None
    return case


async def left(office: Office) -> None:
    """As if a sender had given everything to the provider."""
    await office.pool.execute("update outbox set state = 'sent', tries = 1 where state = 'queued'")


async def test_after_an_outage_one_contact_is_made_and_it_is_the_first(office: Office) -> None:
    """Broken once: Anna's page, which had never left, was sent beside Ben's."""
    await office.report("T-1")
    office.clock.forward(hours=3)
    await office.desk.wake()
    assert await office.keys("cancelled") == ["ACME-1/1/anna/mobile/1"]
    assert await office.keys("queued") == ["ACME-1/2/anna/mobile/1"]
    lines = await office.pool.fetch("select text, due_at from timeline where kind = 'waiting'")
    assert [tuple(line) for line in lines] == [
        ("its page has not left yet, so the step begins anew", NOW + timedelta(minutes=5))
    ]
    await left(office)
    office.clock.forward(minutes=5)
    await office.desk.wake()
    assert await office.keys("queued") == ["ACME-1/3/ben/mobile/1"]


async def test_after_an_outage_a_step_whose_page_had_left_goes_on_with_one_contact(
    office: Office,
) -> None:
    await office.report("T-1")
    await left(office)
    office.clock.forward(hours=3)
    await office.desk.wake()
    assert await office.keys("queued") == ["ACME-1/2/ben/mobile/1"]
    assert (await office.case("ACME-1")).wake_at == office.clock.now() + timedelta(minutes=5)


async def test_who_waits_his_turn_behind_a_busy_number_is_not_passed_over(office: Office) -> None:
    """Broken once: in a storm whoever had not been texted yet was passed over for the next."""
    await office.report("T-1")
    office.clock.forward(minutes=5)
    await office.pool.execute(
        "insert into pacing values ('+14155550100', $1)", office.clock.now() + timedelta(seconds=1)
    )
    for _ in range(12):
        await office.desk.wake()
        assert await office.keys("queued", "cancelled") == ["ACME-1/1/anna/mobile/1"]
        office.clock.forward(minutes=5)
        await office.pool.execute("update pacing set free_at = free_at + interval '5 minutes'")
    await office.desk.wake()  # an hour is enough: something else is wrong
    assert "ACME-1/2/ben/mobile/1" in await office.keys("queued")


async def test_a_duty_manager_who_was_never_texted_is_not_reminded(office: Office) -> None:
    await office.report("T-1")
    for _ in range(6):
        await left(office)
        office.clock.forward(minutes=5)
        await office.desk.wake()
    assert await pages(office) == ["ACME-1/7/grace/mobile/1"]
    office.clock.forward(hours=2)
    await office.desk.wake()
    assert await pages(office) == ["ACME-1/7/grace/mobile/1"]
    await left(office)
    office.clock.forward(minutes=30)
    await office.desk.wake()
    assert await pages(office) == ["ACME-1/8/grace/mobile/1"]


async def pages(office: Office) -> list[str]:
    return [key for key in await office.keys("queued") if "/write/" not in key]


@pytest.mark.parametrize("learned", ["a wake", "a report", "an action"])
async def test_a_broken_promise_is_counted_however_it_is_learned_of(
    office: Office, learned: str
) -> None:
    case = (await office.report("T-1")).case or ""
    due = min(c.due_at for c in (await office.case(case)).clocks if c.due_at is not None)
    office.clock.at = due + timedelta(minutes=1)
    if learned == "a wake":
        await office.desk.wake()
    elif learned == "a report":
        said = Comment("c1", "agent", body="We are on it.", at=office.clock.now())
        await office.report("T-1", comment=said)
    else:
        await office.desk.act(case, Resolve("anna", "sms"))
    await office.desk.wake()
    counted = codec.decode(snapshot(office.service.measures.registry))
    broken = [sample for sample in counted if sample[0] == "heliograph_sla_breaches_total"]
    assert [(s[1]["metric"], s[2]) for s in broken] == [("first_reply", 1.0)]
