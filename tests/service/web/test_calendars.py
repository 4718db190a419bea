"""Shifts as a calendar programme subscribes to them: by an address that is its own proof."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from icalendar import Calendar, Event

from service.feeds.addresses import named, token
from tests.service.web.world import World


async def subscribed(world: World, path: str, **as_: str) -> str:
    """The path of the feed whose address the API tells."""
    return urlsplit((await world.get(f"{path}/calendar", **as_))["url"]).path


async def events(world: World, path: str) -> list[Event]:
    answer = await world.http.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    found = Calendar.from_ical(answer.content).walk("VEVENT")
    return [event for event in found if isinstance(event, Event)]


async def test_a_person_subscribes_to_her_own_shifts(still: World) -> None:
    path = await subscribed(still, "/people/anna", role="responder", person="anna")
    found = await events(still, path)
    assert found
    assert {str(event.summary) for event in found} == {"Anna Lind on call: support"}
    assert found[0].start.isoformat() == "2026-03-02T00:00:00+00:00"


async def test_a_schedule_shows_everybodys(still: World) -> None:
    path = await subscribed(still, "/schedules/support", role="responder", person="ben")
    names = {str(event.summary).partition(" on call")[0] for event in await events(still, path)}
    assert names == {"Anna Lind", "Ben Okafor"}


async def test_an_override_is_in_the_feed_at_once(world: World) -> None:
    path = await subscribed(world, "/people/carl")
    assert await events(world, path) == []
    span = {"start": "2026-03-03T08:00:00Z", "end": "2026-03-03T09:00:00Z", "by": "carl"}
    answer = await world.ask("POST", "/schedules/support/overrides", span, role="manager")
    assert answer.status_code in {200, 201}, answer.text
    (event,) = await events(world, path)
    assert event.start.isoformat() == "2026-03-03T08:00:00+00:00"


async def test_the_address_of_another_is_not_told(still: World) -> None:
    answer = await still.ask("GET", "/people/anna/calendar", role="responder", person="ben")
    assert answer.status_code == 403
    assert (await still.ask("GET", "/people/nobody/calendar")).status_code == 404
    assert (await still.ask("GET", "/schedules/nothing/calendar")).status_code == 404


async def test_no_other_address_shows_anything(still: World) -> None:
    path = await subscribed(still, "/people/anna")
    name = path.removeprefix("/calendars/").removesuffix(".ics")
    mac = name.rpartition(".")[2]
    secret = still.service.settings.secret_key
    for wrong in (
        f"p.ben.{mac}.ics",
        f"s.anna.{mac}.ics",
        f"x.anna.{mac}.ics",
        name,
        f"{name[:-1]}.ics",
        f"p.anna.{'0' * 32}.ics",
        "p.anna..ics",
        ".ics",
        "\N{SNOWMAN}.ics",
        f"{token('another key', 'p', 'anna')}.ics",
        f"{token(secret, 'p', 'who.left')}.ics",
        f"{token(secret, 'x', 'anna')}.ics",
    ):
        assert (await still.http.get(f"/calendars/{wrong}")).status_code == 404, wrong


@pytest.mark.parametrize("name", ["anna", "first.last", "a.b.c", "", "\N{SNOWMAN}"])
def test_a_token_names_what_it_was_made_for(name: str) -> None:
    assert named(("key",), token("key", "p", name)) == ("p", name)
    assert named(("other", "more"), token("key", "p", name)) is None
