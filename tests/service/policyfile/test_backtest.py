"""Recorded tickets under two policies."""

import json
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from routing.policy import Policy
from routing.tools.course import Habits
from routing.tools.tally import Verdict, night_of
from service import backtesting
from service.backtesting import Matter, NotRecorded, Replay, line_of, lines_of
from service.policyfile.load import read_directory, read_policy, sample

NIGHT = datetime(2026, 3, 2, 3, tzinfo=UTC)
DIRECTORY = read_directory(sample("directory.yaml"), "directory.yaml")
Line = dict[str, Any]


def demo(changes: Mapping[str, str] | None = None) -> Policy:
    text = sample("policy.yaml")
    for old, new in (changes or {}).items():
        assert old in text
        text = text.replace(old, new)
    return read_policy(text, "policy.yaml")


def ticket(name: str, at: datetime, kind: str = "created", **data: Any) -> Line:
    data.setdefault("organization", {"id": "acme"})
    stamp = at.isoformat()
    return {"type": f"ticket.{kind}", "timestamp": stamp, "data": {"id": name, **data}}


def replayed(
    new: Policy, lines: Sequence[Line], workers: int = 1, habits: Habits | None = None
) -> Verdict:
    raw = iter([json.dumps(line).encode() for line in lines])
    matter = Matter(demo(), new, DIRECTORY, habits or Habits())
    with Replay(matter, workers) as replay:
        for name, record in lines_of(raw):
            replay.take(name, record)
        return replay.finish()


def test_pages_and_nights_are_counted_for_each_person() -> None:
    found = replayed(demo(), [ticket("1", NIGHT, priority="urgent")])
    assert (found.tickets, found.records, found.gained, found.avoided) == (1, 1, 0, 0)
    # Dev answers three minutes after the first text: one page, two contacts, 14:00 in Sydney.
    assert found.old.as_json() == found.new.as_json()
    assert (found.new.pages, found.new.contacts) == ({"dev": 1}, 2)
    assert found.new.nights_broken == 0
    assert found.better


def test_a_slow_answer_wakes_an_engineer_in_london() -> None:
    at = datetime(2026, 3, 2, 23, tzinfo=UTC)
    slow = Habits(answer=timedelta(minutes=12))
    found = replayed(demo(), [ticket("1", at, priority="urgent")], habits=slow)
    assert found.new.pages == {"chloe": 1, "dev": 1, "erik": 1}
    assert found.new.nights == {"erik": {at.date().toordinal()}}
    lines = [ticket(str(n), at + timedelta(hours=2 * n), priority="urgent") for n in range(3)]
    # 23:00, 01:00 and 03:00 are one night.
    assert replayed(demo(), lines, habits=slow).new.nights_broken == 1


def test_a_policy_that_pages_too_late_gains_breaches_and_the_other_way_avoids_them() -> None:
    late = demo({"at_risk: 1h": "at_risk: 5m"})
    lines = [ticket("1", NIGHT, priority="normal")]
    found = replayed(late, lines)
    assert (found.gained, found.avoided, found.better) == (1, 0, False)
    (broken,) = found.examples_gained
    assert (broken.metric, broken.severity, broken.plan) == ("first_reply", "L3", "premier")
    assert found.new.breaches == {"first_reply": 1}
    assert "Promises newly broken: 1. Promises newly kept: 0." in str(found)
    matter = Matter(late, demo(), DIRECTORY)
    with Replay(matter, 1) as replay:
        replay.take(*line_of(json.dumps(lines[0]).encode()))
        turned = replay.finish()
    assert (turned.gained, turned.avoided) == (0, 1)


def test_replies_on_record_are_taken_when_they_were_given() -> None:
    lines = [
        ticket("1", NIGHT, priority="urgent"),
        ticket(
            "1",
            NIGHT + timedelta(hours=2),
            "commented",
            comment={"id": "c", "author": "agent", "public": True, "body": "On it"},
        ),
        ticket("1", NIGHT + timedelta(hours=3), "updated", status="solved"),
    ]
    found = replayed(demo(), lines)
    assert found.records == 3
    assert found.old.breaches == {"first_reply": 1}
    automatic = [lines[0], {**lines[1]}, lines[2]]
    automatic[1]["data"] = {
        **automatic[1]["data"],
        "comment": {"id": "c", "author": "system", "public": True},
    }
    assert replayed(demo(), automatic).old.breaches == {}


def test_an_answer_is_not_lost_where_the_ticket_is_written_on_before_it() -> None:
    lines = [
        ticket("1", NIGHT, priority="urgent"),
        ticket("1", NIGHT + timedelta(seconds=150), "updated", tags=["sso"]),
    ]
    found = replayed(demo(), lines)
    assert (found.new.pages, found.new.contacts) == ({"dev": 1}, 2)
    assert found.new.breaches == {}


def test_a_silent_route_pages_nobody_and_engineers_neither() -> None:
    lines = [ticket("1", NIGHT, priority="urgent", category="User issue")]
    found = replayed(demo(), lines)
    assert (found.new.contacts, found.new.paged) == (0, 0)


def test_workers_come_to_the_same_as_one_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backtesting, "BATCH", 20)
    monkeypatch.setattr(backtesting, "FEW", 40)
    chance = random.Random(5)  # noqa: S311 - the same tickets in every run
    lines = [
        ticket(
            str(number),
            NIGHT + timedelta(minutes=40 * number),
            priority=chance.choice(["urgent", "high", "normal", "low"]),
            organization={"id": chance.choice(["acme", "borealis", "cedar", "stranger"])},
        )
        for number in range(110)
    ]
    new = demo({"{page: region, wait: 5m} ": "{page: region, wait: 2m} "})
    alone, shared = replayed(new, lines), replayed(new, lines, workers=2)
    assert alone.as_json() == shared.as_json()
    assert alone.tickets == 110
    assert alone.new.pages.total() > alone.old.pages.total()


def test_a_ticket_that_was_silent_for_a_month_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backtesting, "SWEEP", 20)
    monkeypatch.setattr(backtesting, "FEW", 10)
    lines = [ticket(str(n), NIGHT + timedelta(days=n), priority="low") for n in range(100)]
    with Replay(Matter(demo(), demo(), DIRECTORY), 1) as replay:
        for name, raw in lines_of(iter([json.dumps(line).encode() for line in lines])):
            replay.take(name, raw)
        assert len(replay.open) <= 31
        assert replay.finish().tickets == 100


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"type": "ticket.created", "data": {"id": "1"}}',
        '{"timestamp": "2026-03-02T10:00:00Z", "data": {}}',
        '{"timestamp": "2026-03-02T10:00:00", "data": {"id": "1"}}',
        "\xff",
    ],
)
def test_a_line_that_has_no_place_is_named(line: str) -> None:
    good = json.dumps(ticket("1", NIGHT)).encode()
    with pytest.raises(NotRecorded, match="line 3: "):
        list(lines_of(iter([good, b"\n", line.encode("latin-1")])))


def test_what_cannot_be_read_is_left_out_and_counted() -> None:
    lines = [ticket("1", NIGHT), ticket("2", NIGHT, "exploded"), ticket("3", NIGHT, status="gone")]
    found = replayed(demo(), lines)
    assert (found.tickets, found.unreadable) == (1, 2)
    assert "2 records could not be read" in str(found)


def test_nothing_recorded_is_said() -> None:
    found = replayed(demo(), [])
    assert str(found) == "There is no ticket to replay."
    assert found.as_json()["from"] is None


@pytest.mark.parametrize(
    ("wall", "zone", "night"),
    [
        ("2026-03-02T21:00:00+00:00", "Europe/Stockholm", "2026-03-02"),
        ("2026-03-02T20:59:59+00:00", "Europe/Stockholm", None),
        ("2026-03-03T05:59:59+00:00", "Europe/Stockholm", "2026-03-02"),
        ("2026-03-03T06:00:00+00:00", "Europe/Stockholm", None),
        ("2026-03-03T12:00:00+00:00", "Australia/Sydney", "2026-03-03"),
    ],
)
def test_a_night_is_22_to_7_on_the_persons_own_wall(
    wall: str, zone: str, night: str | None
) -> None:
    found = night_of(datetime.fromisoformat(wall), zone)
    day = None if found is None else datetime.fromordinal(found).date().isoformat()
    assert day == night
