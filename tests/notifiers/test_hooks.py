"""What chats and receivers of webhooks are posted, and what each of their answers means."""

import ipaddress
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notifiers.chat.any import AnyChat
from notifiers.chat.hook import Hook
from notifiers.chat.mattermost import Mattermost
from notifiers.chat.rocketchat import RocketChat
from notifiers.chat.slack import Slack
from notifiers.notifier import Accepted, Card, Fault, Message, Notifier, Refused, Unclear
from notifiers.outgoing import Guard, Outgoing
from notifiers.webhook import Webhook
from tests.notifiers.products import SECRET, STATUSES, Product, product

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
DOOR = "https://pager.example/chat/mattermost"
LOOPBACK = Guard((ipaddress.ip_network("127.0.0.0/8"),), plain=True)
KINDS = ("mattermost", "rocketchat", "slack", "webhook")
ADDRESSES = {"mattermost": "@anna", "rocketchat": "@anna", "slack": "U012AB3CD"}
LINKS = {v: f"https://pager.example/a/{v}" for v in ("acknowledge", "decline", "escalate")}
CARD = Card(
    case="ACME-7",
    severity="SEV1",
    account="Acme Corp",
    subject="Login fails for everyone",
    plan="premier",
    purpose="page",
    due="Reply due 14:05 UTC.",
    why="on call in schedule support",
    code="4821",
    person="Anna Lind",
    url="https://desk.example/4711",
)
WEAPON = (
    "@channel @all <!channel> <@U1> [click](https://evil.example) ![x](//evil.example/i.png) "
    "https://evil.example www.evil.example mailto:x@evil.example `code` *bold* & \u202ex"
)


def make(it: Product) -> Notifier:
    match it.kind:
        case "mattermost":
            return Mattermost(it.url, Outgoing(), DOOR)
        case "rocketchat":
            return RocketChat(it.url, Outgoing())
        case "slack":
            return Slack(it.url, Outgoing(), clicks=True)
        case _:
            return Webhook([SECRET], Outgoing(LOOPBACK), lambda: NOW)


def page(it: Product, **changes: Any) -> Message:
    made = Message(
        key="ACME-7/1/anna/chat/1",
        channel=it.kind,
        to=ADDRESSES.get(it.kind, it.url),
        text="SEV1 Acme Corp: Login fails for everyone (ACME-7). Reply due 14:05 UTC.",
        subject="SEV1 Acme Corp: Login fails for everyone (ACME-7)",
        links=LINKS,
        buttons={verb: f"token-{verb}" for verb in LINKS},
        card=CARD,
        since=NOW,
    )
    return replace(made, **changes)


@pytest.fixture(params=KINDS)
async def it(request: pytest.FixtureRequest) -> AsyncIterator[Product]:
    async with product(request.param, lambda: NOW) as made:
        yield made


@pytest.fixture
async def notifier(it: Product) -> AsyncIterator[Notifier]:
    made = make(it)
    yield made
    await made.close()


def strings(value: object) -> str:
    """Every word that is shown, without addresses of ours."""
    return json.dumps(value, ensure_ascii=False)


async def test_a_page_and_news_fit_what_the_product_reads(it: Product, notifier: Notifier) -> None:
    assert isinstance(await notifier.send(page(it)), Accepted)
    news = page(it, card=None, links={}, buttons={}, text="Anna Lind has ACME-7.")
    assert isinstance(await notifier.send(news), Accepted)
    first, second = (strings(post.body) for post in it.posts)
    for words in ("SEV1", "Acme Corp", "Login fails for everyone", "Reply due 14:05 UTC.", "4711"):
        assert words in first
    assert "Anna Lind has ACME-7." in second


async def test_an_address_can_be_proved_by_the_link_in_the_post(
    it: Product, notifier: Notifier
) -> None:
    link = "https://pager.example/a/proof"
    asked = page(it, card=None, links={"verify": link}, buttons={}, text="Open the link.")
    assert isinstance(await notifier.send(asked), Accepted)
    assert link in strings(it.posts[0].body)


@pytest.mark.parametrize(("status", "fault"), STATUSES)
async def test_each_status_is_refused_as_its_class_says(
    it: Product, notifier: Notifier, status: int, fault: Fault
) -> None:
    it.refuses(status, Retry_After="7", Location=f"{it.url}/elsewhere")
    outcome = await notifier.send(page(it))
    assert isinstance(outcome, Refused)
    assert (outcome.fault, outcome.code) == (fault, status)
    assert (outcome.retry_after == timedelta(seconds=7)) is (status == 429)
    assert it.asked == 1, "no redirect is followed"
    assert it.path not in repr(outcome), "the path of a webhook is its secret"


@pytest.mark.parametrize("status", [408, 500, 502, 503])
async def test_what_may_have_been_taken_is_tried_again(
    it: Product, notifier: Notifier, status: int
) -> None:
    """A receiver of webhooks knows a repetition by its id; a chat nobody can ask shows it twice."""
    it.refuses(status, Retry_After="9")
    outcome = await notifier.send(page(it))
    if it.kind == "webhook" and status >= 500:
        assert isinstance(outcome, Refused)
        assert (outcome.fault, outcome.retry_after) == (Fault.TRANSIENT, timedelta(seconds=9))
    else:
        assert isinstance(outcome, Unclear)
    assert await notifier.find(page(it)) is None


@pytest.mark.parametrize("wish", ["soon", "-1", "1e9", "Wed, 21 Oct 2026 07:28:00 GMT", "\u0663"])
async def test_a_wish_that_cannot_be_read_is_none(
    it: Product, notifier: Notifier, wish: str
) -> None:
    it.refuses(429, Retry_After=wish)
    outcome = await notifier.send(page(it))
    assert isinstance(outcome, Refused)
    assert outcome.retry_after is None


async def test_a_wish_for_ever_is_cut_to_a_day(it: Product, notifier: Notifier) -> None:
    it.refuses(429, Retry_After="9" * 40)
    outcome = await notifier.send(page(it))
    assert isinstance(outcome, Refused)
    assert outcome.retry_after == timedelta(days=1)


@pytest.mark.parametrize("body", [b"", b"<html>signed out</html>", b'{"success": false}', b"[]"])
async def test_a_good_status_of_something_else_is_unclear(body: bytes) -> None:
    """A portal in between answers 200 to everything."""
    for kind in ("mattermost", "rocketchat", "slack"):
        async with product(kind) as it:
            it.refuses(200, body)
            notifier = make(it)
            assert isinstance(await notifier.send(page(it)), Unclear)
            await notifier.close()


async def test_no_more_of_an_answer_is_read_than_a_page_of_it(
    it: Product, notifier: Notifier
) -> None:
    it.refuses(500, b"x" * 5_000_000)
    outcome = await notifier.send(page(it))
    assert isinstance(outcome, Refused | Unclear)
    it.well()
    assert isinstance(await notifier.send(page(it)), Accepted)


async def test_words_of_customers_call_nobody_and_lead_nowhere(
    it: Product, notifier: Notifier
) -> None:
    armed = replace(CARD, subject=WEAPON, account=WEAPON, why=WEAPON)
    message = page(it, card=armed, subject=WEAPON, text=WEAPON)
    assert isinstance(await notifier.send(message), Accepted)
    assert isinstance(await notifier.send(replace(message, card=None, links={})), Accepted)
    if it.kind == "webhook":
        return  # JSON for a machine: the words are as they are
    for post in it.posts:
        check = _slack_words if it.kind == "slack" else _markdown
        for words in check(post.body):
            assert not any(sign in words for sign in ("@channel", "@all", "](", "s://evil"))
            assert "www.evil" not in words


def _markdown(value: Any) -> list[str]:
    if isinstance(value, dict):
        shown = {k: v for k, v in value.items() if k not in {"title_link", "url"}}
        return [words for one in shown.values() for words in _markdown(one)]
    if isinstance(value, list):
        return [words for one in value for words in _markdown(one)]
    return [value] if isinstance(value, str) else []


def _slack_words(body: dict[str, Any]) -> list[str]:
    """What Slack would read commands in: all that is not plain text has its three characters."""
    found = [body["text"].removeprefix("<@U012AB3CD> ")]
    for block in body.get("blocks", ()):
        for one in (block.get("text"), *block.get("fields", ())):
            words = one["text"].removeprefix("<@U012AB3CD>") if one else ""
            found += [words] if one and one["type"] == "mrkdwn" else []
    for words in found:
        assert "<" not in words
    return []


@pytest.mark.parametrize("length", [10_000])
async def test_words_without_end_are_cut(it: Product, notifier: Notifier, length: int) -> None:
    endless = replace(CARD, subject="S" * length, account="A" * length, plan="P" * length)
    message = page(it, card=endless, subject="S" * length, to=ADDRESSES.get(it.kind, it.url))
    assert isinstance(await notifier.send(message), Accepted)


async def only_post(kind: str, notifier_of: Any, **changes: Any) -> dict[str, Any]:
    async with product(kind) as it:
        notifier = notifier_of(it)
        outcome = await notifier.send(page(it, **changes))
        await notifier.close()
        assert isinstance(outcome, Accepted), outcome
        return it.posts[0].body


async def test_mattermost_gets_buttons_that_bring_our_token_back() -> None:
    body = await only_post("mattermost", make)
    assert body["channel"] == "@anna"
    assert body["priority"] == {"priority": "urgent", "requested_ack": False}
    actions = body["attachments"][0]["actions"]
    assert [(a["id"], a["name"]) for a in actions] == [
        ("acknowledge", "I have it"),
        ("decline", "I cannot take it"),
        ("escalate", "Hand to Sustained Engineering"),
    ]
    assert actions[0]["integration"] == {"url": DOOR, "context": {"token": "token-acknowledge"}}
    assert "https://pager.example/a/" not in json.dumps(body), "a link speaks for its person"


async def test_rocket_chats_buttons_are_links_in_a_persons_own_room_alone() -> None:
    own = await only_post("rocketchat", make)
    assert [a["url"] for a in own["attachments"][0]["actions"]] == list(LINKS.values())
    for place in ("#ops", "ops"):
        shared = await only_post("rocketchat", make, to=place)
        assert shared["channel"] == "#ops"
        assert "actions" not in shared["attachments"][0]
        assert "Answer by text" in shared["attachments"][0]["text"]
        assert "pager.example" not in json.dumps(shared)


async def test_slack_names_who_is_paged_and_has_buttons_where_clicks_can_be_verified() -> None:
    body = await only_post("slack", make)
    assert body["text"].startswith("<@U012AB3CD> SEV1 Acme Corp")
    elements = body["blocks"][-1]["elements"]
    assert [e["value"] for e in elements] == [f"token-{verb}" for verb in LINKS]
    blind = await only_post("slack", lambda it: Slack(it.url, Outgoing(), clicks=False))
    assert all(block["type"] != "actions" for block in blind["blocks"])
    assert "pager.example" not in json.dumps(blind)


async def test_an_address_that_is_no_member_of_slack_is_not_posted() -> None:
    async with product("slack") as it:
        notifier = make(it)
        for to in ("anna", "@anna", "U1|<!channel>", "u012ab3cd"):
            outcome = await notifier.send(page(it, to=to))
            assert isinstance(outcome, Refused)
            assert outcome.fault is Fault.NUMBER
        await notifier.close()
        assert it.asked == 0


async def test_a_channel_without_a_product_is_in_the_chat_there_is() -> None:
    placed = await only_post("mattermost", lambda it: AnyChat(hook(it)), to="war-room")
    assert placed["channel"] == "war-room"
    fixed = await only_post("slack", lambda it: AnyChat(hook(it)), to="war-room")
    assert "war-room" not in json.dumps(fixed)


def hook(it: Product) -> Hook:
    made = make(it)
    assert isinstance(made, Hook)
    return made


async def test_a_webhook_is_signed_anew_at_each_try_under_the_same_id() -> None:
    moments = iter((NOW, NOW + timedelta(minutes=4)))
    async with product("webhook", lambda: NOW + timedelta(minutes=2)) as it:
        other = "whsec_" + "A" * 32
        notifier = Webhook([other, SECRET], Outgoing(LOOPBACK), lambda: next(moments))
        outcomes = [await notifier.send(page(it)) for _ in range(2)]
        await notifier.close()
        first, second = it.posts
    assert outcomes[0] == outcomes[1]
    assert first.name == second.name
    assert first.raw == second.raw
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert first.body["data"]["links"] == LINKS
    assert len(first.headers["webhook-signature"].split(" ")) == 2


@pytest.mark.parametrize(
    ("purpose", "person", "words"),
    [
        ("page", "Anna Lind", "I have it"),
        ("ask", "Anna Lind", "Still on it"),
        ("ask", "", "I take it over"),
        ("handover", "", "I take it over"),
        ("engineering", "", "I have it"),
    ],
)
async def test_a_button_says_what_is_asked(purpose: str, person: str, words: str) -> None:
    card = replace(CARD, purpose=purpose, person=person)
    body = await only_post("mattermost", make, card=card)
    assert body["attachments"][0]["actions"][0]["name"] == words
