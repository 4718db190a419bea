"""From a ticket to a click in a chat, and what everybody there sees of it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from notifiers.chat.slack_clicks import sign
from tests.notifiers.products import Posted, Product, product
from tests.stories import organisation
from tests.stories.conftest import Build
from tests.stories.house import Loop, wait_until
from tests.stories.world import World

SIGNING = "a signing secret"
POLICY = organisation.POLICY.replace(
    "{page: schedule support, wait: 5m}", "{page: [schedule support, channel war-room], wait: 5m}"
)
PEOPLE = """
  - id: anna
    name: Anna Lind
    contact_methods:
      - {{id: chat, type: {kind}, address: {anna}, user: {anna_user}, verified: true}}
      - {{id: mobile, type: sms, address: "{number}", verified: true}}
    contact_rules:
      urgent: [{{method: chat, after: 0m}}, {{method: mobile, after: 2m}}]
  - id: ben
    name: Ben Okafor
    contact_methods:
      - {{id: mobile, type: sms, address: "{ben_number}", verified: true}}
      - {{id: chat, type: {kind}, address: {ben}, user: {ben_user}, verified: true}}
    contact_rules:
      urgent: [{{method: mobile, after: 0m}}]
"""


def directory(**names: str) -> str:
    """The small organisation's, where Anna is paged in a chat first and Ben has an account."""
    kept = [
        line
        for line in organisation.DIRECTORY.splitlines()
        if "id: anna," not in line and "id: ben," not in line
    ]
    numbers = {
        "number": organisation.NUMBERS["anna"],
        "ben_number": organisation.NUMBERS["ben"],
    }
    return "\n".join(kept) + PEOPLE.format(**names, **numbers)


@contextmanager
def running(kind: str) -> Iterator[Product]:
    with Loop() as loop:
        manager = product(kind)
        yield loop.do(manager.__aenter__())
        loop.do(manager.__aexit__(None, None, None))


@pytest.fixture
def mattermost() -> Iterator[Product]:
    with running("mattermost") as made:
        yield made


@pytest.fixture
def slack() -> Iterator[Product]:
    with running("slack") as made:
        yield made


def posted(it: Product, fits: Callable[[Posted], bool]) -> dict[str, Any]:
    """The first such post, as soon as it came."""
    found = wait_until(
        lambda: next((post for post in it.posts if fits(post)), None),
        lambda: f"no such post: {[post.body for post in it.posts]}",
    )
    return found.body


def actions(body: dict[str, Any]) -> dict[str, Any]:
    return {action["id"]: action["integration"] for action in body["attachments"][0]["actions"]}


def clicks(world: World, integration: dict[str, Any], user: str) -> dict[str, Any]:
    """As Mattermost tells of a click."""
    click = {"user_id": user, "user_name": "x", "trigger_id": f"{user}-1"}
    url = integration["url"]
    answer = world.http.post(url, json={**click, "context": integration["context"]})
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def test_a_team_in_mattermost_sees_a_page_and_one_of_it_takes_the_case(
    build: Build, mattermost: Product
) -> None:
    names = {"anna": '"@anna"', "anna_user": "u1anna", "ben": '"@ben"', "ben_user": "u2ben"}
    world = build(
        settings={"MATTERMOST_WEBHOOK_URL": mattermost.url},
        policy=POLICY + "\nchat_channels: {war-room: mattermost night-shift}\n",
        directory=directory(kind="mattermost", **names),
    )
    ticket = world.ticket(subject="Login fails for @everyone")
    own = posted(mattermost, lambda post: post.body["channel"] == "@anna")
    shared = posted(mattermost, lambda post: post.body["channel"] == "night-shift")
    assert own["priority"]["priority"] == "urgent"
    assert set(actions(own)) == {"acknowledge", "decline", "escalate"}
    assert set(actions(shared)) == {"acknowledge", "escalate"}
    assert actions(own)["acknowledge"]["url"] == f"{world.url}/chat/mattermost"
    assert "@everyone" not in json.dumps(shared, ensure_ascii=False)

    # A stranger of the channel, and Ben on Anna's own page, change nothing.
    assert "Nobody" in clicks(world, actions(shared)["acknowledge"], "u9")["ephemeral_text"]
    assert "for Anna" in clicks(world, actions(own)["acknowledge"], "u2ben")["ephemeral_text"]
    assert (ticket.state, ticket.pages("open")) == ("paging", ["anna"])

    said = clicks(world, actions(shared)["acknowledge"], "u2ben")
    assert f"You have {ticket.case}" in said["ephemeral_text"]
    assert (ticket.state, ticket.owner) == ("acknowledged", "ben")
    ticket.has_note("Ben Okafor has acknowledged")
    posted(mattermost, lambda p: f"Ben Okafor has {ticket.case}" in p.body.get("text", ""))
    late = clicks(world, actions(own)["acknowledge"], "u1anna")
    assert "Ben Okafor has" in late["ephemeral_text"]
    assert "Ben Okafor has" in late["update"]["props"]["attachments"][0]["text"]
    world.forward(minutes=20)  # Anna's text is not sent any more: the world is strict
    assert any("posted to war-room" in line for line in ticket.timeline)


def test_a_page_in_slack_is_taken_by_a_signed_click_and_the_post_says_so(
    build: Build, slack: Product
) -> None:
    names = {"anna": "U0ANNA", "anna_user": "U0ANNA", "ben": "U0BEN", "ben_user": "U0BEN"}
    world = build(
        settings={"SLACK_WEBHOOK_URL": slack.url, "SLACK_SIGNING_SECRET": SIGNING},
        policy=POLICY + "\nchat_channels: [war-room]\n",
        directory=directory(kind="slack", **names),
    )
    ticket = world.ticket()
    own = posted(slack, lambda post: "<@U0ANNA>" in post.body["text"])
    posted(slack, lambda post: "<@" not in post.body["text"])
    values = {e["action_id"]: e["value"] for e in own["blocks"][-1]["elements"]}

    assert signed_click(world, slack, values["acknowledge"], "U0ANNA", "guess").status_code == 403
    assert signed_click(world, slack, values["decline"], "U0BEN").status_code == 200
    assert ticket.state == "paging"
    assert signed_click(world, slack, values["acknowledge"], "U0ANNA").status_code == 200
    assert (ticket.state, ticket.owner) == ("acknowledged", "anna")
    wait_until(lambda: len(slack.told) == 3, lambda: f"told: {slack.told}")
    not_hers, update, told = slack.told
    assert "This page is for Anna Lind" in not_hers["text"]
    assert not_hers["replace_original"] is False
    assert update["replace_original"] is True
    assert f"Anna Lind has {ticket.case}" in update["blocks"][0]["text"]["text"]
    assert told["response_type"] == "ephemeral"
    assert f"You have {ticket.case}" in told["text"]
    posted(slack, lambda p: f"Anna Lind has {ticket.case}" in p.body["text"])
    world.forward(minutes=20)


def signed_click(
    world: World, it: Product, value: str, user: str, secret: str = SIGNING
) -> httpx.Response:
    payload = {
        "type": "block_actions",
        "user": {"id": user},
        "actions": [{"action_id": "x", "value": value, "action_ts": "1.5"}],
        "response_url": it.response_url,
    }
    raw = urlencode({"payload": json.dumps(payload)}).encode()
    stamp = str(int(datetime.now(UTC).timestamp()))
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": sign(secret, stamp, raw),
    }
    return world.http.post(f"{world.url}/chat/slack", content=raw, headers=headers)
