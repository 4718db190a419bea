"""Who is on call over the API, and what people change about it."""

from typing import Any

import pytest

from tests.service.web.world import World


def brief(page: dict[str, Any]) -> list[tuple[str, ...]]:
    return [(s["person"], s["start"][:10], s["end"][:10], s["why"]) for s in page["items"]]


async def test_who_until_when_and_why(still: World) -> None:
    told = await still.get("/oncall")
    assert told["at"] == "2026-03-02T10:00:00Z"
    assert told["acting_region"] == "emea"
    assert told["empty"] == []
    anna = next(one for one in told["items"] if one["schedule"] == "support")
    assert (anna["person"], anna["name"], anna["region"], anna["role"]) == (
        "anna", "Anna Lind", "emea", "primary",
    )  # fmt: skip
    assert (anna["has_sun"], anna["sun_until"]) == (True, "2026-03-02T18:00:00Z")
    assert (anna["start"], anna["end"]) == ("2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z")
    assert anna["why"].startswith("layer ")
    erik = next(one for one in told["items"] if one["schedule"] == "engineers")
    assert (erik["person"], erik["role"], erik["region"]) == ("erik", "engineering", None)


async def test_at_another_instant(still: World) -> None:
    told = await still.get("/oncall?at=2026-03-14T23:00:00%2B01:00")
    assert told["at"] == "2026-03-14T22:00:00Z"
    assert told["acting_region"] is None
    support = next(one for one in told["items"] if one["schedule"] == "support")
    assert (support["person"], support["has_sun"], support["sun_until"]) == ("ben", False, None)
    before = await still.get("/oncall?at=1999-01-01T00:00:00Z")
    assert before["empty"] == ["support"]


async def test_shifts_come_in_pages(still: World) -> None:
    path = "/schedules/support/shifts?from=2026-03-04T00:00:00Z&to=2026-03-24T00:00:00Z"
    whole = await still.get(path)
    assert brief(whole) == [
        ("anna", "2026-03-04", "2026-03-09", whole["items"][0]["why"]),
        ("ben", "2026-03-09", "2026-03-16", whole["items"][0]["why"]),
        ("anna", "2026-03-16", "2026-03-23", whole["items"][0]["why"]),
        ("ben", "2026-03-23", "2026-03-24", whole["items"][0]["why"]),
    ]
    first = await still.get(f"{path}&limit=3")
    second = await still.get(f"{path}&limit=3&cursor={first['next']}")
    assert first["items"] + second["items"] == whole["items"]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/schedules/nobody/shifts", 404, "there are: engineers, support"),
        ("/schedules/support/shifts?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", 422, "to"),
        ("/schedules/support/shifts?to=2030-03-01T00:00:00Z", 422, "366 days"),
        ("/schedules/support/shifts?till=2030-03-01T00:00:00Z", 422, "'till' is not known"),
        ("/oncall?at=now", 422, "at: 'now' is no instant"),
        ("/oncall?at=9999-12-31T00:00:00Z", 422, "out of reach"),
    ],
)
async def test_what_cannot_be_answered(still: World, path: str, status: int, words: str) -> None:
    answer = await still.ask("GET", path)
    assert (answer.status_code, words in answer.json()["detail"]) == (status, True)


WEDNESDAY = {"start": "2026-03-04T08:00:00Z", "end": "2026-03-04T16:00:00+00:00"}


async def test_an_override_holds_from_now_on_and_can_be_taken_back(world: World) -> None:
    path = "/schedules/support/overrides"
    answer = await world.ask("POST", path, {**WEDNESDAY, "person": "carl"})
    assert answer.status_code == 201
    kept = answer.json()
    assert (kept["kind"], kept["schedule"], kept["end"]) == (
        "take_over", "support", "2026-03-04T16:00:00Z",
    )  # fmt: skip
    during = await world.get("/oncall?at=2026-03-04T12:00:00Z")
    support = next(one for one in during["items"] if one["schedule"] == "support")
    assert (support["person"], support["why"]) == ("carl", f"override {kept['id']}")
    world.clock.forward(days=2, hours=2)
    case = await world.ticket(priority="urgent")
    assert (await world.get(f"/cases/{case}"))["pages"][0]["person"] == "carl"
    assert (await world.ask("DELETE", f"{path}/{kept['id']}")).status_code == 204
    assert (await world.ask("DELETE", f"{path}/{kept['id']}")).status_code == 404
    now = await world.get("/oncall")
    assert "carl" not in [one["person"] for one in now["items"]]


async def test_an_override_may_be_worded_as_in_a_policy(world: World) -> None:
    path, worded = "/schedules/support/overrides", {"from": "start", "to": "end"}
    asked = {name: WEDNESDAY[same] for name, same in worded.items()}
    kept = (await world.ask("POST", path, {**asked, "person": "carl"})).json()
    assert (kept["start"], kept["end"]) == ("2026-03-04T08:00:00Z", "2026-03-04T16:00:00Z")
    for body, words in (
        ({**asked, **WEDNESDAY}, "from: says what start says"),
        ({"from": asked["from"]}, "end: is missing"),
        ({"to": asked["to"]}, "start: is missing"),
        ({**asked, "from": "today"}, "from: 'today' is no instant"),
    ):
        answer = await world.ask("POST", path, {**body, "person": "carl"})
        assert (answer.status_code, words in answer.json()["detail"]) == (422, True)


async def test_what_was_overridden_is_told_of_the_past_too(world: World) -> None:
    await world.ask("POST", "/schedules/support/overrides", {**WEDNESDAY, "person": "carl"})
    world.clock.forward(days=20)
    past = await world.get("/oncall?at=2026-03-04T12:00:00Z")
    assert "carl" in [one["person"] for one in past["items"]]


async def test_a_responder_may_step_in_and_put_nobody_else_on_or_off(world: World) -> None:
    async def ask(**body: str) -> int:
        answer = await world.ask(
            "POST",
            "/schedules/support/overrides",
            {**WEDNESDAY, **body},
            role="responder",
            person="carl",
        )
        return answer.status_code

    assert await ask(person="carl") == 201
    assert await ask(kind="replace", person="anna", by="carl") == 201
    assert await ask(kind="replace", person="anna", by="ben") == 403
    assert await ask(person="ben") == 403
    assert await ask(kind="remove", person="carl") == 403


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"person": "nobody"}, "no person 'nobody'"),
        ({"person": "ben", "end": "2026-03-04T07:00:00Z"}, "end: is not after start"),
        ({"person": "ben", "start": "2026-02-01T00:00:00Z", "end": "2026-02-02T00:00:00Z"}, "past"),
        ({"person": "ben", "start": "2026-03-04 08:00"}, "no time zone"),
        ({"person": "ben", "kind": "abolish"}, "no kind 'abolish'"),
        ({"person": "ben", "kind": "replace"}, "by: is missing"),
        ({}, "person: is missing"),
        ({"person": "ben", "who": "ben"}, "'who' is not known here"),
    ],
)
async def test_an_override_that_makes_no_sense(
    still: World, change: dict[str, str], words: str
) -> None:
    answer = await still.ask("POST", "/schedules/support/overrides", {**WEDNESDAY, **change})
    assert answer.status_code == 422
    assert words in answer.json()["detail"]
    assert "Nothing was changed." in answer.json()["detail"]
