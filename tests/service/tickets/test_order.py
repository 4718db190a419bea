"""Every system alike: what orders the reports of a ticket, and what makes two deliveries one."""

from __future__ import annotations

import contextlib
import copy
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from routing.report import Report
from service.tickets.ticketsystem import Unreadable
from tests.service.tickets.kits import KITS, Kit
from tests.service.tickets.signing import NOW

every = pytest.mark.parametrize("kit", KITS, ids=lambda kit: kit.source)
LATER = NOW + timedelta(minutes=1)
CHANGED: dict[str, tuple[tuple[Any, ...], object]] = {
    "zendesk": (("detail", "updated_at"), "2025-01-08T14:25:31Z"),
    "standard": (("data", "version"), 2),
    "jira": (("issue", "fields", "updated"), "2014-02-26T14:57:14.139-0500"),
    "zammad": (("ticket", "updated_at"), "2020-11-13T14:34:35.334Z"),
    "zoho-desk": ((0, "eventTime"), "1767225600001"),
    "servicenow": (("sys_mod_count",), "1"),
    "hubspot": ((0, "occurredAt"), 1767225600001),
    "github": (("issue", "updated_at"), "2019-05-15T15:20:19Z"),
    "gitlab": (("object_attributes", "updated_at"), "2013-12-03T17:15:44Z"),
}
"""How each system says that a ticket changed once more. The others say nothing of the kind."""


def read(kit: Kit, body: object, at: Any = NOW) -> Report:
    envelope = replace(kit.envelope(), body=json.dumps(body).encode(), received_at=at)
    return kit.system.read(envelope).reports[0]


def later(kit: Kit) -> Any:
    path, value = CHANGED[kit.source]
    body = copy.deepcopy(kit.sample)
    holder = body
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return body


@pytest.mark.parametrize(
    "kit", [kit for kit in KITS if kit.source in CHANGED], ids=lambda kit: kit.source
)
def test_the_newer_report_is_newer_even_if_it_comes_first(kit: Kit) -> None:
    newer, older = read(kit, later(kit), NOW), read(kit, kit.sample, LATER)
    assert newer.ticket == older.ticket
    assert newer.version > older.version


@pytest.mark.parametrize(
    "kit", [kit for kit in KITS if kit.source not in CHANGED], ids=lambda kit: kit.source
)
def test_what_is_not_dated_is_ordered_by_its_arrival(kit: Kit) -> None:
    assert read(kit, kit.sample, NOW).version < read(kit, kit.sample, LATER).version


@every
def test_a_delivery_made_again_is_the_same_event(kit: Kit) -> None:
    first, again = read(kit, kit.sample, NOW), read(kit, kit.sample, LATER)
    if kit.source == "freshdesk":
        assert first.event_key != again.event_key, "it neither dates nor numbers what it sends"
    else:
        assert first.event_key == again.event_key


@every
def test_two_events_are_not_one(kit: Kit) -> None:
    body = later(kit) if kit.source in CHANGED else copy.deepcopy(kit.sample) | {"more": "x"}
    assert json.dumps(body) != json.dumps(kit.sample)
    headers = {"webhook-id": "m"} if kit.source == "standard" else {"x-github-event": "issues"}
    bare = replace(kit.envelope(), headers=headers)
    keys = {
        kit.system.read(replace(bare, body=json.dumps(b).encode())).reports[0].event_key
        for b in (kit.sample, body)
    }
    if kit.source in {"zendesk", "hubspot", "standard"}:
        assert len(keys) == 1, "they number their events themselves"
    else:
        assert len(keys) == 2


@every
def test_an_instant_out_of_all_reason_does_not_freeze_a_ticket(kit: Kit) -> None:
    """A year 9999 would make every later report an old one."""
    if kit.source not in CHANGED:
        return
    path, value = CHANGED[kit.source]
    body = copy.deepcopy(kit.sample)
    holder: Any = body
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = "9999-12-31T23:59:59Z" if isinstance(value, str) else 10**17
    with contextlib.suppress(Unreadable):
        report = read(kit, body)
        assert report.version[0] < 7.3e9 or kit.source == "standard", "before the year 2200"
