"""What responders do over the API: each action, who it is done as, and the sentence of why not."""

from typing import Any

import pytest

from service.store import codec
from tests.service.web.world import World


async def refused(
    world: World, case: str, action: str, body: object = None, *, person: str = "anna"
) -> tuple[int, str]:
    answer = await world.ask(
        "POST", f"/cases/{case}/{action}", body, role="responder", person=person
    )
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["detail"]


async def test_acknowledging_takes_the_case(world: World) -> None:
    case = await world.ticket(priority="urgent", subject="Login fails")
    done = await world.act(case, "acknowledge")
    assert (done["state"], done["owner"], done["owner_name"]) == (
        "acknowledged", "anna", "Anna Lind",
    )  # fmt: skip
    assert done["owner_since"] == "2026-03-02T10:00:00Z"
    assert done["pages"][0]["state"] == "acknowledged"
    assert done["pages"][0]["deliveries"][0]["state"] == "cancelled"
    assert done["answer"].startswith(f"you have {case} (Acme Corp, Login fails)")


async def test_the_second_is_told_who_has_it(world: World) -> None:
    case = await world.ticket(priority="urgent")
    await world.act(case, "acknowledge")
    world.clock.forward(minutes=3)
    status, said = await refused(world, case, "acknowledge", person="ben")
    assert status == 409
    assert "Anna Lind has" in said
    assert "since 10:00 UTC" in said


async def test_declining_pages_the_next_at_once(world: World) -> None:
    case = await world.ticket(priority="urgent")
    done = await world.act(case, "decline")
    assert [(p["person"], p["state"]) for p in done["pages"]] == [
        ("anna", "declined"),
        ("ben", "open"),
    ]


@pytest.mark.parametrize("action", ["escalate", "engineering"])
async def test_escalating_hands_it_to_sustained_engineering(world: World, action: str) -> None:
    case = await world.ticket(priority="urgent")
    done = await world.act(case, action, {"reason": "a fault in the product"})
    assert (done["state"], done["engineering"]["stage"]) == ("engineering", "queued")
    assert done["engineering"]["reason"] == "a fault in the product"
    assert [p["person"] for p in done["pages"] if p["state"] == "open"] == ["erik"]
    status, said = await refused(world, case, action, {"reason": "again"})
    assert (status, "already" in said) == (409, True)


async def test_snoozing_owns_it_and_lets_it_sleep(world: World) -> None:
    case = await world.ticket(priority="urgent")
    done = await world.act(case, "snooze", {"minutes": 45})
    assert (done["state"], done["owner"]) == ("snoozed", "anna")
    assert done["snooze_until"] == "2026-03-02T10:45:00Z"
    for minutes in (0, -1, 10**30):
        status, said = await refused(world, case, "snooze", {"minutes": minutes})
        assert status == 409
        assert "1 to 10080 minutes" in said


async def test_resolving_stands_everything_down(world: World) -> None:
    case = await world.ticket(priority="urgent")
    done = await world.act(case, "resolve")
    assert done["state"] == "resolved"
    assert done["close_at"] is not None
    status, said = await refused(world, case, "acknowledge")
    assert (status, "was resolved" in said) == (409, True)


async def test_reassigning_pages_the_other_and_keeps_the_owner_until_then(world: World) -> None:
    case = await world.ticket(priority="urgent")
    await world.act(case, "acknowledge")
    done = await world.act(case, "reassign", {"person": "ben"})
    assert done["owner"] == "anna"
    assert [p["person"] for p in done["pages"] if p["state"] == "open"] == ["ben"]
    assert (await world.act(case, "acknowledge", person="ben"))["owner"] == "ben"
    status, said = await refused(world, case, "reassign", {"person": "nobody"})
    assert (status, "no person nobody" in said) == (409, True)


async def test_taken_over_it_is_anothers_and_added_a_person_helps(world: World) -> None:
    case = await world.ticket(priority="urgent")
    await world.act(case, "acknowledge")
    done = await world.act(case, "add", {"person": "ben"})
    assert (done["owner"], done["state"], done["escalation"]) == ("anna", "acknowledged", None)
    assert [p["person"] for p in done["pages"] if p["state"] == "open"] == ["ben"]
    helped = await world.act(case, "acknowledge", person="ben")
    assert (helped["owner"], helped["responders"]) == ("anna", ["ben"])
    assert helped["answer"].startswith("you help Anna Lind, who has ")
    taken = await world.act(case, "take", person="ben")
    assert (taken["owner"], taken["responders"]) == ("ben", [])
    assert "Anna Lind had it until now." in taken["answer"]
    status, said = await refused(world, case, "add", {"person": "nobody"})
    assert (status, "no person nobody" in said) == (409, True)


async def test_a_note_is_on_the_timeline_and_on_its_way_to_the_ticket(world: World) -> None:
    case = await world.ticket()
    await world.act(case, "note", {"text": 'Robert"); drop table cases;-- \u202e 👍'})
    line = (await world.get(f"/cases/{case}/timeline"))["items"][-1]
    assert line["text"] == 'Anna Lind: Robert"); drop table cases;-- \u202e 👍'
    async with world.service.pool.acquire() as conn:
        payload = await conn.fetchval("select payload from outbox where kind = 'write' limit 1")
    assert 'Robert"); drop table' in codec.decode(payload)["text"]


async def test_severity_moves_clocks_and_stays(world: World) -> None:
    case = await world.ticket("T", priority="low")
    before = await world.get(f"/cases/{case}")
    done = await world.act(case, "severity", {"severity": "L1"})
    assert done["severity"] == "L1"
    assert done["clocks"][0]["due_at"] < before["clocks"][0]["due_at"]
    await world.ticket("T", priority="normal")
    assert (await world.get(f"/cases/{case}"))["severity"] == "L1"
    status, said = await refused(world, case, "severity", {"severity": "L9"})
    assert (status, "no severity L9" in said) == (409, True)


async def test_an_action_is_done_as_the_tokens_person(world: World) -> None:
    case = await world.ticket(priority="urgent")
    assert (await world.act(case, "acknowledge", person="ben"))["owner"] == "ben"
    assert (await world.act(case, "acknowledge", {"as": "ben"}, person="ben"))["owner"] == "ben"
    status, said = await refused(world, case, "note", {"text": "hm", "as": "ben"})
    assert (status, "for managers" in said) == (403, True)


@pytest.mark.parametrize(("role", "person"), [("manager", "grace"), ("admin", None)])
async def test_a_manager_may_say_as_whom(world: World, role: str, person: str | None) -> None:
    case = await world.ticket(priority="urgent")
    done = await world.act(case, "acknowledge", {"as": "carl"}, role=role, person=person)
    assert done["owner"] == "carl"
    line = (await world.get(f"/cases/{case}/timeline"))["items"][-1]
    assert line["person"] == "carl"
    assert f"entered by {person or 'token'}" in line["text"]
    async with world.service.pool.acquire() as conn:
        row = await conn.fetchrow(
            "select who, detail from audit where what = 'acknowledge on a case'"
        )
    assert row is not None
    assert row["who"] == (person or "token admin")
    assert codec.decode(row["detail"]) == {"case": case, "as": "carl"}
    answer = await world.ask(
        "POST", f"/cases/{case}/note", {"as": "nobody", "text": "x"}, role=role, person=person
    )
    assert (answer.status_code, "no person 'nobody'" in answer.json()["detail"]) == (422, True)


async def test_a_service_owns_nothing_but_may_note(world: World) -> None:
    case = await world.ticket(priority="urgent")
    for action, body in (("acknowledge", {}), ("decline", {}), ("snooze", {"minutes": 5})):
        answer = await world.ask("POST", f"/cases/{case}/{action}", body, role="responder")
        assert answer.status_code == 422
        assert "say as whom" in answer.json()["detail"]
    await world.act(case, "note", {"text": "The build is red."}, person=None)
    line = (await world.get(f"/cases/{case}/timeline"))["items"][-1]
    assert line["text"].endswith("responder: The build is red.")
    assert line["person"] not in world.service.desk.library._shelf.people  # type: ignore[union-attr] # read above


async def test_a_token_whose_person_is_gone_acts_no_more(world: World) -> None:
    case = await world.ticket(priority="urgent")
    await world.token("responder", "carl")
    async with world.service.pool.acquire() as conn:
        await conn.execute("delete from people where id = 'carl'")
        await conn.execute("update generations set value = value + 1")
    status, said = await refused(world, case, "acknowledge", person="carl")
    assert (status, "not in the directory any more" in said) == (403, True)


async def test_a_csm_pushes_the_cases_of_own_accounts_alone(world: World) -> None:
    """R9."""
    own = await world.ticket(priority="urgent")
    foreign = await world.ticket(priority="urgent", organization={"id": "borealis"})
    unknown = await world.ticket(priority="urgent", organization={"id": "nobody-knows"})
    cleo: dict[str, Any] = {"role": "csm", "person": "cleo"}
    assert [c["id"] for c in (await world.get("/cases", **cleo))["items"]] == [own]
    assert (await world.get(f"/cases/{own}", **cleo))["account"] == "acme"
    for case in (foreign, unknown):
        for method, path in (("GET", ""), ("GET", "/timeline"), ("POST", "/escalate")):
            answer = await world.ask(method, f"/cases/{case}{path}", **cleo)
            assert answer.status_code == 403
            assert "Borealis" not in answer.text
        assert (await world.get(f"/cases/{case}"))["state"] == "paging"
    done = await world.act(own, "escalate", {"reason": "their launch is today"}, **cleo)
    assert done["state"] == "engineering"
    async with world.service.pool.acquire() as conn:
        who, what = await conn.fetchrow("select who, what from audit order by id desc limit 1") or (
            "", "",
        )  # fmt: skip
    assert (who, what) == ("cleo", "escalate on a case")
    answer = await world.ask("POST", f"/cases/{own}/resolve", **cleo)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("action", "body", "status", "words"),
    [
        ("note", {"text": 5}, 422, "text"),
        ("note", {"text": ""}, 422, "text"),
        ("note", {"text": "x" * 10_001}, 422, "text"),
        ("note", {"text": "a\0b"}, 422, "NUL"),
        ("note", {"text": "   "}, 409, "empty"),
        ("note", {}, 422, "text: is missing"),
        ("note", None, 422, "body: is missing"),
        ("note", [], 422, "body"),
        ("note", "text", 422, "body"),
        ("note", {"text": "x", "txet": "y", "to": "z"}, 422, "'txet' is not known here"),
        ("note", {"text": "x", "as": ["anna"]}, 422, "as"),
        ("snooze", {"minutes": "15"}, 422, "minutes"),
        ("snooze", {"minutes": 1.5}, 422, "minutes"),
        ("snooze", {"minutes": True}, 422, "minutes"),
        ("reassign", {"person": None}, 422, "person"),
        ("add", {}, 422, "person"),
        ("reassign", {"person": {"id": "ben"}}, 422, "person"),
        ("severity", {"severty": "L1"}, 422, "did you mean severity?"),
        ("engineering", {}, 422, "reason: is missing"),
        ("acknowledge", {"code": "1234"}, 422, "'code' is not known here"),
    ],
)
async def test_hostile_and_mistaken_bodies_change_nothing(
    still: World, action: str, body: object, status: int, words: str
) -> None:
    case = await still.ticket("hostile", priority="urgent")
    before = await still.get(f"/cases/{case}/timeline")
    assert (await refused(still, case, action, body))[0] == status
    assert words in (await refused(still, case, action, body))[1]
    assert await still.get(f"/cases/{case}/timeline") == before


@pytest.mark.parametrize(
    "content",
    ["{", "nonsense", '{"text": "x"} x', "\xff\xfe", "[" * 100_000, '{"text": "\ud800"}', "NaN"],
    ids=["cut", "word", "tail", "bytes", "deep", "surrogate", "nan"],
)
async def test_what_is_no_json_is_400(still: World, content: str) -> None:
    case = await still.ticket("hostile", priority="urgent")
    raw = (
        content.encode("latin-1") if content.isascii() else content.encode("utf-8", "surrogatepass")
    )
    answer = await still.ask("POST", f"/cases/{case}/note", content=raw)
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("The body is no JSON")


async def test_every_unknown_member_is_named(still: World) -> None:
    case = await still.ticket("hostile", priority="urgent")
    answer = await still.ask("POST", f"/cases/{case}/note", {"text": "x", "txet": 1, "az": 2})
    assert [e["member"] for e in answer.json()["errors"]] == ["txet", "az"]
