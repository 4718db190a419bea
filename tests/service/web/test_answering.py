"""Pages answered by a link: reading it does nothing, a press does what its button says."""

import re
from datetime import timedelta

import httpx
import pytest

from service.links import Link, Purpose, Signer
from service.web.problems import shown
from tests.service.web.world import NOW, World

DAY = timedelta(days=1)


def link_of(world: World, case: str, verb: str = "acknowledge", person: str = "anna") -> str:
    link = Link(Purpose.ANSWER, person, NOW + DAY, case, 1, verb)
    return f"/a/{world.service.signer.token(link)}"


def buttons(page: httpx.Response) -> list[str]:
    return re.findall(r"<button[^>]*>([^<]*)<", page.text)


def actions(page: httpx.Response) -> list[httpx.URL]:
    """Where the buttons lead, also where a proxy serves us below a path of its own."""
    found = re.findall(r'<form method="post" action="([^"/:?#]+)"', page.text)
    return [page.url.join(action) for action in found]


async def state(world: World, case: str) -> tuple[str, str | None]:
    found = await world.get(f"/cases/{case}")
    return found["state"], found["owner"]


async def test_reading_a_link_in_any_way_changes_nothing(world: World) -> None:
    case = await world.ticket(priority="urgent", subject="Login <b>fails</b>")
    before = await world.get(f"/cases/{case}/timeline")
    for verb in ("acknowledge", "decline", "escalate"):
        link = link_of(world, case, verb)
        for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"):
            headers = {"sec-purpose": "prefetch;prerender", "x-http-method-override": "POST"}
            answer = await world.http.request(method, link, headers=headers)
            assert answer.status_code == (200 if method in {"GET", "HEAD"} else answer.status_code)
    assert await world.get(f"/cases/{case}/timeline") == before
    assert (await state(world, case)) == ("paging", None)


async def test_it_shows_what_a_press_will_do(world: World) -> None:
    case = await world.ticket(priority="urgent", subject="Login <b>fails</b>")
    page = await world.http.get(link_of(world, case, "decline"))
    assert buttons(page) == ["I cannot take it", "I have it", "Hand to Sustained Engineering"]
    assert "Nothing happens until you press" in page.text
    assert "Login &lt;b&gt;fails&lt;/b&gt;" in page.text
    assert "Anna Lind" in page.text
    assert "Acme Corp" in page.text


async def test_nothing_on_the_way_keeps_it_frames_it_or_tells_of_it(world: World) -> None:
    case = await world.ticket(priority="urgent")
    for link in (link_of(world, case), "/a/nonsense"):
        headers = (await world.http.get(link)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert "noindex" in headers["x-robots-tag"]
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "script" not in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy


async def test_a_press_is_done_as_the_person_and_says_what_is_true(world: World) -> None:
    case = await world.ticket(priority="urgent", subject="Login fails")
    page = await world.http.get(link_of(world, case))
    done = await world.http.post(actions(page)[0])
    assert done.status_code == 200
    assert f"You have {case} (Acme Corp, Login fails)" in done.text
    assert await state(world, case) == ("acknowledged", "anna")
    lines = (await world.get(f"/cases/{case}/timeline"))["items"]
    assert any(line["text"] == "Anna Lind acknowledged by link" for line in lines)
    again = await world.http.post(actions(page)[0])
    assert f"You have {case}" in again.text
    assert buttons(again) == ["Give it back", "Hand to Sustained Engineering", "It is resolved"]
    back = await world.http.post(actions(again)[0])
    assert "Declined" in back.text
    assert (await state(world, case))[1] is None


async def test_whoever_is_late_is_told_who_has_it(world: World) -> None:
    case = await world.ticket(priority="urgent")
    link = link_of(world, case)
    await world.act(case, "decline")
    await world.act(case, "acknowledge", person="ben")
    world.clock.forward(minutes=3)
    page = await world.http.get(link)
    assert "Ben Okafor has" in page.text
    assert buttons(page) == ["Take it over"]
    late = await world.http.post(link)
    assert late.status_code == 409
    assert "Ben Okafor has" in late.text
    assert "since 10:00 UTC" in late.text
    assert await state(world, case) == ("acknowledged", "ben")
    taken = await world.http.post(actions(late)[0])
    assert "Ben Okafor had it until now" in taken.text
    assert await state(world, case) == ("acknowledged", "anna")


async def test_a_case_that_is_over_asks_nothing(world: World) -> None:
    case = await world.ticket(priority="urgent")
    await world.act(case, "resolve")
    page = await world.http.get(link_of(world, case))
    assert "was resolved" in page.text
    assert buttons(page) == []


async def test_what_was_not_signed_here_opens_nothing(world: World) -> None:
    case = await world.ticket(priority="urgent")
    other = Signer(("another",)).token(Link(Purpose.ANSWER, "anna", NOW + DAY, case, 1, "decline"))
    own = world.service.signer.token(Link(Purpose.OWN, "anna", NOW + DAY, case, 1, "decline"))
    nobody = link_of(world, case, person="who.left")
    unknown = link_of(world, "NONE-1")
    strange = link_of(world, case, "snooze")
    for link in (f"/a/{other}", f"/a/{own}", nobody, unknown, "/a/x", f"{link_of(world, case)}x"):
        for method in ("GET", "POST"):
            answer = await world.http.request(method, link)
            assert answer.status_code in {404, 410}, link
            assert "othing was changed" in answer.text
    assert (await world.http.post(strange)).status_code == 404
    assert await state(world, case) == ("paging", None)


async def test_an_expired_link_says_what_to_do(world: World) -> None:
    case = await world.ticket(priority="urgent")
    link = link_of(world, case)
    world.clock.forward(days=1)
    for method in ("GET", "POST"):
        answer = await world.http.request(method, link)
        assert answer.status_code == 410
        assert "has expired" in answer.text
        assert "newest message" in answer.text
    assert (await state(world, case))[1] is None


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/a/secret", "/a/***"),
        ("/calendars/p.x.ics", "/calendars/***"),
        ("/me/secret", "/me/***"),
        ("/api/v1", "/api/v1"),
    ],
)
def test_a_token_is_not_logged(path: str, words: str) -> None:
    assert shown(path) == words
