"""Chat channels of a policy: where they are, and what is wrong with them."""

import pytest

from routing.directory import Directory
from routing.language.policy_writer import policy_document
from routing.language.problems import PolicyErrors
from routing.policy_parts import ChatRoom
from routing.tools.check_routes import route_findings
from service.policyfile.load import read_policy
from service.store import codec

HEAD = """
policy: p
extends: mattermost@2021-08
schedules: {s: {zone: UTC, rotation: {people: [a]}}}
escalation_policies: {e: {steps: [{page: channel war-room}, {page: schedule s}]}}
routes: [{id: r, escalate: e}]
duty_manager: person a
"""


def read(rooms: str) -> dict[str, ChatRoom]:
    return dict(read_policy(f"{HEAD}chat_channels: {rooms}\n", "p.yaml").chat_rooms)


@pytest.mark.parametrize(
    ("written", "rooms"),
    [
        ("[war-room]", {}),
        ("{war-room: mattermost night-shift}", {"war-room": ChatRoom("mattermost", "night-shift")}),
        ("{war-room: slack}", {"war-room": ChatRoom("slack")}),
        (
            '{war-room: {type: rocketchat, address: "#ops"}}',
            {"war-room": ChatRoom("rocketchat", "#ops")},
        ),
        (
            "{war-room: webhook https://x.example/h}",
            {"war-room": ChatRoom("webhook", "https://x.example/h")},
        ),
    ],
)
def test_a_channel_is_named_or_placed_and_written_back_the_same(
    written: str, rooms: dict[str, ChatRoom]
) -> None:
    assert read(written) == rooms
    policy = read_policy(f"{HEAD}chat_channels: {written}\n", "p.yaml")
    document = codec.encode(policy_document(policy))
    assert read_policy(document, "p.json").chat_rooms == rooms


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{war-room: matermost ops}", "did you mean mattermost?"),
        ("{war-room: mattermost}", "does not say where"),
        ("{war-room: webhook ops}", "begins with https://"),
        ("{war-room: {address: ops}}", "`type` is missing"),
        ("{other: slack}", "war-room"),
    ],
)
def test_what_is_wrong_with_a_channel_is_said(written: str, said: str) -> None:
    with pytest.raises(PolicyErrors) as refused:
        read(written)
    assert said in str(refused.value)


def test_check_says_which_step_wakes_nobody() -> None:
    policy = read_policy(f"{HEAD}chat_channels: [war-room]\n", "p.yaml")
    found = [f for f in route_findings(policy, Directory({}, {})) if f.key.startswith("only-posts")]
    assert [(f.key, f.serious) for f in found] == [("only-posts/e/1", False)]
    assert "wakes nobody" in found[0].sentence
