"""A person's calendar comes in over the API: who is absent, and what that leaves to nobody."""

from __future__ import annotations

import httpx
import pytest

from tests.service.web.world import World

PATH = "/people/anna/absences"


def calendar(*events: str) -> str:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN"]
    for number, event in enumerate(events):
        lines += ["BEGIN:VEVENT", f"UID:leave-{number}", *event.split(), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


WEDNESDAY = calendar("DTSTART;VALUE=DATE:20260304 DTEND;VALUE=DATE:20260305")


async def bring(world: World, text: str, person: str | None = "anna") -> httpx.Response:
    role, headers = "responder" if person else "manager", {"content-type": "text/calendar"}
    return await world.ask("PUT", PATH, role=role, person=person, content=text, headers=headers)


async def on_call(world: World, at: str) -> tuple[list[str], list[str], list[str]]:
    told = await world.get(f"/oncall?at={at}")
    support = [one["person"] for one in told["items"] if one["schedule"] == "support"]
    return support, told["empty"], told["absent"]


async def test_whoever_is_away_is_off_call_and_what_is_uncovered_is_told(world: World) -> None:
    told = (await bring(world, WEDNESDAY)).json()
    away = {"start": "2026-03-03T23:00:00Z", "end": "2026-03-04T23:00:00Z"}
    assert [{k: a[k] for k in away} for a in told["absences"]] == [away]
    assert told["uncovered"] == [{"schedule": "support", **away}]
    assert await on_call(world, "2026-03-04T10:00:00Z") == ([], ["support"], ["anna"])
    assert await on_call(world, "2026-03-05T10:00:00Z") == (["anna"], [], [])
    kept = await world.get(PATH)
    assert (kept["absences"], kept["uncovered"]) == (told["absences"], [])
    again = (await bring(world, calendar(), None)).json()
    assert (again["absences"], again["uncovered"]) == ([], [])
    assert await on_call(world, "2026-03-04T10:00:00Z") == (["anna"], [], [])


async def test_whoever_takes_a_shift_while_away_has_it(world: World) -> None:
    await bring(world, WEDNESDAY)
    hours = {"start": "2026-03-04T09:00:00Z", "end": "2026-03-04T11:00:00Z"}
    answer = await world.ask(
        "POST", "/schedules/support/overrides", {**hours, "person": "anna"}, role="manager"
    )
    assert answer.status_code == 201, answer.text
    assert await on_call(world, "2026-03-04T10:00:00Z") == (["anna"], [], ["anna"])
    assert await on_call(world, "2026-03-04T12:00:00Z") == ([], ["support"], ["anna"])


@pytest.mark.parametrize(
    ("person", "path", "text", "status", "words"),
    [
        ("anna", PATH, "hello", 422, "no iCalendar that can be read"),
        ("ben", PATH, WEDNESDAY, 403, "your own calendar alone"),
        (None, "/people/nobody/absences", WEDNESDAY, 404, "no person nobody"),
        (None, PATH, calendar("DTSTART:20260305T100000Z RRULE:FREQ=SECONDLY DURATION:PT1S"), 422,
         "by SECONDLY"),
    ],
)  # fmt: skip
async def test_what_is_refused_changes_nothing(
    still: World, person: str | None, path: str, text: str, status: int, words: str
) -> None:
    role = "responder" if person else "manager"
    answer = await still.ask("PUT", path, role=role, person=person, content=text)
    told = answer.json()["detail"]
    assert (answer.status_code, words in told, "Nothing was changed" in told) == (
        status,
        True,
        True,
    )
    assert (await still.get(PATH))["absences"] == []
