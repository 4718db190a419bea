"""Cases over the API: what a case carries, lists and their cursors, timelines."""

from typing import Any

import pytest

from tests.service.web.world import World

ADA = {"name": "Ada Byron", "email": "ada@acme.example", "phone": "+14155550101"}


async def test_a_case_carries_what_the_contract_names(world: World) -> None:
    name = await world.ticket(
        "4711",
        subject="Login <b>fails</b>",
        priority="urgent",
        url="https://desk.example/4711",
        requester=ADA,
        tags=["sso"],
    )
    case = await world.get(f"/cases/{name}")
    assert {
        "id": name, "source": "standard", "ticket": "4711", "account": "acme", "plan": "premier",
        "severity": "L1", "state": "paging", "owner": None, "acting_region": "emea",
        "policy_version": "small@1", "engineering": None, "route": "everything",
        "subject": "Login <b>fails</b>", "url": "https://desk.example/4711",
        "opened_at": "2026-03-02T10:00:00Z", "account_name": "Acme Corp",
        "wake_at": "2026-03-02T10:02:00Z",
    }.items() <= case.items()  # fmt: skip
    assert case["ticket_details"]["requester"] == ADA
    assert case["ticket_details"]["tags"] == ["sso"]
    assert case["escalation"] == {
        "policy": "support", "purpose": "page", "step": 1, "round": 1,
        "step_ends_at": "2026-03-02T10:05:00Z",
    }  # fmt: skip
    (clock,) = (c for c in case["clocks"] if c["metric"] == "first_reply")
    assert clock["state"] == "running"
    assert clock["due_at"] == "2026-03-02T11:00:00Z"
    assert clock["remaining_seconds"] == 3600
    world.clock.forward(minutes=10, milliseconds=1)
    (clock,) = (await world.get(f"/cases/{name}"))["clocks"]
    assert clock["remaining_seconds"] == 2999


async def test_a_page_tells_who_why_and_what_became_of_each_try(world: World) -> None:
    name = await world.ticket(priority="urgent")
    (page,) = (await world.get(f"/cases/{name}"))["pages"]
    assert (page["person"], page["name"], page["turn"], page["state"]) == (
        "anna", "Anna Lind", 1, "open",
    )  # fmt: skip
    assert "support" in page["why"]
    assert page["opened_at"] == "2026-03-02T10:00:00Z"
    assert len(page["code"]) == 4
    (delivery,) = page["deliveries"]
    assert (delivery["channel"], delivery["method"], delivery["state"]) == (
        "sms", "mobile", "queued",
    )  # fmt: skip
    assert delivery["to"] == "+4670***05"
    world.clock.forward(minutes=6)
    await world.service.desk.wake()
    pages = (await world.get(f"/cases/{name}"))["pages"]
    assert [(p["person"], p["state"]) for p in pages] == [("anna", "expired"), ("ben", "open")]


async def test_who_only_looks_sees_no_telephone_number(world: World) -> None:
    description = f"Emergency call from Acme Corp, {ADA['phone']}. Order 4111111111."
    name = await world.ticket(requester=ADA, description=description)
    case = await world.get(f"/cases/{name}", role="viewer")
    assert case["ticket_details"]["requester"]["phone"] == "+1415***01"
    answer = await world.ask("GET", f"/cases/{name}", role="viewer")
    assert "55550101" not in answer.text
    assert "1740605" not in answer.text
    assert "Order 4111111111" in answer.text, "what the customer wrote is not touched"


async def listed(world: World, query: str = "") -> list[str]:
    """Every case the list tells of, page by page."""
    found: list[str] = []
    cursor: str | None = None
    for _ in range(50):
        asked = query + (f"&cursor={cursor}" if cursor else "")
        page = await world.get(f"/cases?{asked}")
        assert set(page) == {"items", "next"}
        found += [case["id"] for case in page["items"]]
        cursor = page["next"]
        if cursor is None:
            return found
    raise AssertionError("the list has no end")


async def test_pages_of_cases_hold_each_case_once_the_newest_first(world: World) -> None:
    opened = []
    for number in range(7):
        opened.append(await world.ticket(subject=str(number)))
        if number % 2:
            world.clock.forward(seconds=1)
    expected = sorted(opened, key=lambda name: (opened.index(name) // 2, name), reverse=True)
    assert await listed(world, "limit=3") == expected
    assert await listed(world, "limit=7") == expected
    assert await listed(world) == expected


async def test_a_case_that_comes_while_pages_are_turned_is_not_told_twice(world: World) -> None:
    for _ in range(3):
        await world.ticket()
        world.clock.forward(seconds=1)
    first = await world.get("/cases?limit=2")
    await world.ticket()
    second = await world.get(f"/cases?limit=2&cursor={first['next']}")
    names = [c["id"] for c in first["items"] + second["items"]]
    assert len(names) == len(set(names)) == 3
    assert second["next"] is None


async def test_lists_are_narrowed(world: World) -> None:
    urgent = await world.ticket(priority="urgent")
    world.clock.forward(hours=1)
    low = await world.ticket(priority="low", organization={"id": "borealis"})
    await world.act(urgent, "acknowledge")
    assert await listed(world, "state=acknowledged") == [urgent]
    assert await listed(world, "state=acknowledged,paging") == [low, urgent]
    assert await listed(world, "severity=L1") == [urgent]
    assert await listed(world, "account=borealis") == [low]
    assert await listed(world, "account=acme&severity=L4") == []
    assert await listed(world, "since=2026-03-02T10:30:00Z") == [low]
    assert await listed(world, "since=2026-03-02T11:00:00%2B01:00") == [low, urgent]
    assert await listed(world, "since=2026-03-02T11:00:00+01:00") == [low, urgent]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("state=burning", "no state 'burning'"),
        ("since=yesterday", "no instant"),
        ("since=2026-03-02T10:00:00", "no time zone"),
        ("since=0001-01-01T00:00:00%2B14:00", "out of reach"),
        ("cursor=nonsense", "cursor"),
        ("cursor=eyJhIjoxfQ", "cursor"),
        ("cursor=WyIyMDI2LTAzLTAyVDEwOjAwOjAwWiIsIlx1MDAwMCJd", "cursor"),
        ("limit=0", "limit"),
        ("limit=1000000", "limit"),
        ("limit=ten", "limit"),
        ("colour=red", "'colour' is not known here"),
        ("sevirity=L1", "did you mean severity?"),
        ("severity=%00", "NUL"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused_by_name(
    still: World, query: str, words: str
) -> None:
    answer = await still.ask("GET", f"/cases?{query}")
    assert answer.status_code == 422
    assert words in answer.json()["detail"]
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_timeline_tells_what_happened_and_why(world: World) -> None:
    name = await world.ticket(priority="urgent")
    world.clock.forward(minutes=5)
    await world.service.desk.wake()
    await world.act(name, "note", {"text": "Looking at the <script>"})
    lines: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = await world.get(f"/cases/{name}/timeline?limit=2{cursor}")
        lines += page["items"]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert [line["id"] for line in lines] == sorted({line["id"] for line in lines})
    assert lines[0]["at"] == "2026-03-02T10:00:00Z"
    paged = [line for line in lines if line["kind"] == "paged"]
    assert [line["person"] for line in paged] == ["anna", "ben"]
    assert lines[-1]["text"] == "Anna Lind: Looking at the <script>"
    assert lines[-1]["person"] == "anna"


async def test_what_is_not_there_is_404(still: World) -> None:
    for path in ("/cases/NOPE-1", "/cases/NOPE-1/timeline", "/cases/%00", "/cases/';--"):
        answer = await still.ask("GET", path)
        assert (path, answer.status_code) == (path, 404)
        assert answer.headers["content-type"] == "application/problem+json"
