"""Schedules of other systems: what is carried over is on call at the same instants."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from routing.schedule import Schedule, on_call
from service.importers import grafana, ical, opsgenie, pagerduty
from service.importers.imported import Found, Unreadable
from service.policyfile.load import read_policy
from tests.forks import heliograph

REST = """
escalation_policies: {all: {steps: [{page: schedule NAME, wait: 5m}]}}
routes: [{id: rest, escalate: all}]
"""


def brought(read: Callable[[bytes, Found], None], text: object) -> tuple[Schedule, Found]:
    """The one schedule of an export, as a policy that holds the printed fragment has it."""
    found = Found()
    read(text.encode() if isinstance(text, str) else json.dumps(text).encode(), found)
    (schedule,) = found.schedules
    head = "policy: imported\nextends: mattermost@2021-08\n"
    policy = read_policy(head + found.fragment() + REST.replace("NAME", schedule.id), "imported")
    return policy.schedules[schedule.id], found


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def people(schedule: Schedule, text: str) -> list[str]:
    return [shift.person for shift in on_call(schedule, at(text))]


PAGERDUTY = {
    "schedule": {
        "id": "PI7DH85",
        "name": "Daily Engineering Rotation",
        "time_zone": "Europe/Stockholm",
        "schedule_layers": [
            {
                "name": "Nights",
                "start": "2026-01-05T09:00:00+01:00",
                "end": None,
                "rotation_virtual_start": "2026-01-05T09:00:00+01:00",
                "rotation_turn_length_seconds": 86400,
                "users": [{"user": {"id": "U3", "summary": "Carl Ek"}}],
                "restrictions": [
                    {
                        "type": "daily_restriction",
                        "start_time_of_day": "22:00:00",
                        "duration_seconds": 28800,
                    },
                    {
                        "type": "weekly_restriction",
                        "start_day_of_week": 6,
                        "start_time_of_day": "12:00:00",
                        "duration_seconds": 129600,
                    },
                ],
            },
            {
                "name": "Days",
                "start": "2026-01-05T09:00:00+01:00",
                "rotation_virtual_start": "2026-01-05T09:00:00+01:00",
                "rotation_turn_length_seconds": 604800,
                "users": [
                    {"user": {"id": "U1", "email": "anna@x.example"}},
                    {"user": {"id": "U2", "name": "Ben Okafor"}},
                ],
            },
        ],
    }
}


def test_pagerduty() -> None:
    schedule, found = brought(pagerduty.read, PAGERDUTY)
    assert (schedule.id, schedule.zone) == ("daily-engineering-rotation", "Europe/Stockholm")
    assert people(schedule, "2026-01-06T12:00") == ["anna@x.example"]
    assert people(schedule, "2026-01-13T12:00") == ["ben-okafor"]
    # 09:00 on the wall, also in summer
    assert people(schedule, "2026-07-06T07:00") == ["anna@x.example"]
    assert people(schedule, "2026-07-06T06:59") == ["ben-okafor"]
    # from 22:00 to 06:00, and Saturday 12:00 to Monday 00:00, the layer listed first wins
    assert people(schedule, "2026-01-06T21:00") == ["carl-ek"]
    assert people(schedule, "2026-01-07T05:00") == ["anna@x.example"]
    assert people(schedule, "2026-01-10T10:59") == ["anna@x.example"]
    assert people(schedule, "2026-01-10T11:00") == ["carl-ek"]
    assert people(schedule, "2026-01-11T20:00") == ["carl-ek"]
    assert found.names["ben-okafor"] == "Ben Okafor"
    assert any(line.startswith("overrides:") for line in found.left_out)


OPSGENIE = {
    "data": [
        {
            "name": "Support",
            "timezone": "America/New_York",
            "enabled": True,
            "rotations": [
                {
                    "name": "Weekly",
                    "startDate": "2026-01-05T14:00:00Z",
                    "type": "weekly",
                    "length": 2,
                    "participants": [
                        {"type": "user", "username": "alice@x.example"},
                        {"type": "user", "username": "bob@x.example"},
                        {"type": "team", "id": "T1"},
                    ],
                    "timeRestriction": {
                        "type": "weekday-and-time-of-day",
                        "restrictions": [
                            {
                                "startDay": "monday", "startHour": 9, "startMin": 0,
                                "endDay": "friday", "endHour": 17, "endMin": 30,
                            }
                        ],
                    },
                },
                {
                    "startDate": "2026-01-05T05:00:00Z",
                    "type": "daily",
                    "participants": [{"type": "user", "username": "carl@x.example"}],
                    "timeRestriction": {
                        "type": "time-of-day",
                        "restriction": {"startHour": 20, "startMin": 0, "endHour": 2, "endMin": 0},
                    },
                },
            ],
        }
    ]
}  # fmt: skip


def test_opsgenie() -> None:
    schedule, found = brought(opsgenie.read, OPSGENIE)
    assert people(schedule, "2026-01-06T15:00") == ["alice@x.example"]
    assert people(schedule, "2026-01-20T15:00") == ["bob@x.example"]
    # Friday 17:30 in New York ends the week; Wednesday night is inside it, with the nightly one.
    assert people(schedule, "2026-01-09T22:29") == ["alice@x.example"]
    assert people(schedule, "2026-01-09T22:30") == []
    assert people(schedule, "2026-01-08T06:00") == ["alice@x.example", "carl@x.example"]
    assert people(schedule, "2026-01-11T02:00") == ["carl@x.example"]
    assert found.left_out[0] == "Support, Weekly: the turn of team T1 (people only)"


GRAFANA = {
    "schedules": {
        "results": [
            {"name": "EMEA", "type": "web", "time_zone": "Europe/Stockholm",
             "shifts": ["a", "b", "c", "d", "gone"]}
        ]
    },
    "on_call_shifts": [
        {"id": "a", "type": "rolling_users", "name": "week", "start": "2026-01-05T09:00:00",
         "duration": 604800, "frequency": "weekly", "interval": 1, "level": 0,
         "rolling_users": [["anna"], ["ben"]], "start_rotation_from_user_index": 1,
         "time_zone": "Europe/Stockholm"},
        {"id": "b", "type": "rolling_users", "name": "office", "start": "2026-01-05T08:00:00",
         "duration": 28800, "frequency": "weekly", "by_day": ["MO", "WE"], "level": 2,
         "rolling_users": [["carl"]]},
        {"id": "c", "type": "override", "start": "2026-01-06T09:00:00", "duration": 3600,
         "rolling_users": [["dora"]]},
        {"id": "d", "type": "recurrent_event", "start": "2026-01-06T09:00:00", "duration": 3600,
         "frequency": "monthly", "users": ["dora"]},
    ],
}  # fmt: skip


def test_grafana() -> None:
    schedule, found = brought(grafana.read, GRAFANA)
    assert people(schedule, "2026-01-06T20:00") == ["ben"]
    assert people(schedule, "2026-01-13T20:00") == ["anna"]
    assert people(schedule, "2026-01-07T08:00") == ["carl"]
    assert people(schedule, "2026-01-08T08:30") == ["ben"]
    assert people(schedule, "2026-01-06T08:30") == ["dora"]
    left = " ".join(found.left_out)
    assert "the shift gone is not in the file" in left
    assert "EMEA, d:" in left


ICAL = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//y//EN
X-WR-CALNAME:Nights
X-WR-TIMEZONE:Europe/Stockholm
BEGIN:VEVENT
UID:1
SUMMARY:Anna Lind
DTSTART;TZID=Europe/Stockholm:20260105T090000
DTEND;TZID=Europe/Stockholm:20260112T090000
RRULE:FREQ=WEEKLY;INTERVAL=2
END:VEVENT
BEGIN:VEVENT
UID:2
SUMMARY:Ben
DTSTART;TZID=Europe/Stockholm:20260112T090000
DTEND;TZID=Europe/Stockholm:20260119T090000
RRULE:FREQ=WEEKLY;INTERVAL=2
END:VEVENT
BEGIN:VEVENT
UID:3
SUMMARY:Carl
DTSTART:20260106T120000Z
DTEND:20260106T130000Z
END:VEVENT
BEGIN:VEVENT
UID:4
SUMMARY:Dora
DTSTART;TZID=Europe/Stockholm:20260110T100000
DTEND;TZID=Europe/Stockholm:20260110T180000
RRULE:FREQ=WEEKLY;BYDAY=SA,SU;UNTIL=20260131T230000Z
END:VEVENT
BEGIN:VEVENT
UID:5
SUMMARY:Eve
DTSTART:20260110T100000Z
DTEND:20260110T180000Z
RRULE:FREQ=MONTHLY;BYMONTHDAY=1
END:VEVENT
END:VCALENDAR
"""


def test_icalendar() -> None:
    schedule, found = brought(ical.read, ICAL)
    assert (schedule.id, schedule.zone) == ("nights", "Europe/Stockholm")
    assert people(schedule, "2026-01-07T12:00") == ["anna-lind"]
    assert people(schedule, "2026-01-14T12:00") == ["ben"]
    assert people(schedule, "2026-01-19T08:00") == ["anna-lind"]
    assert sorted(people(schedule, "2026-01-06T12:30")) == ["anna-lind", "carl"]
    assert sorted(people(schedule, "2026-01-11T10:00")) == ["anna-lind", "dora"]
    assert people(schedule, "2026-02-07T10:00") == ["anna-lind"]
    assert len(found.left_out) == 1
    assert found.left_out[0].startswith("Eve (event 5): it repeats by")


def test_turns_of_an_icalendar_that_leave_gaps_last_as_long_as_they_say() -> None:
    found = Found()
    ical.read(ICAL.replace("INTERVAL=2", "INTERVAL=3").encode(), found)
    schedule = found.schedules[0]
    assert [people(schedule, f"2026-01-{day}T12:00") for day in ("07", "14", "21")] == [
        ["anna-lind"], ["ben"], [],
    ]  # fmt: skip


def series(*lines: str) -> str:
    return "\n".join(["BEGIN:VEVENT", "UID:s", *lines, "END:VEVENT"])


DAILY = (
    "SUMMARY:Anna",
    "DTSTART;TZID=Europe/Madrid:20260302T130000",
    "DTEND;TZID=Europe/Madrid:20260302T140000",
)


@pytest.mark.parametrize(
    ("events", "on_call_at", "off_call_at"),
    [
        # its own zone, on either side of a change of the clocks
        ([series(*DAILY, "RRULE:FREQ=WEEKLY")], "2026-07-06T11:30", "2026-07-06T12:30"),
        ([series(*DAILY, "RRULE:FREQ=WEEKLY")], "2026-03-09T12:30", "2026-03-09T11:30"),
        # so many times
        ([series(*DAILY, "RRULE:FREQ=DAILY;COUNT=3")], "2026-03-04T12:30", "2026-03-05T12:30"),
        # until a day, or an instant
        ([series(*DAILY, "RRULE:FREQ=DAILY;UNTIL=20260304")], "2026-03-04T12:30",
         "2026-03-05T12:30"),
        ([series(*DAILY, "RRULE:FREQ=DAILY;UNTIL=20260304T120000Z")], "2026-03-04T12:30",
         "2026-03-05T12:30"),
        # another that is cancelled as a whole
        ([series(*DAILY, "RRULE:FREQ=DAILY;COUNT=3"),
          series(*DAILY, "RRULE:FREQ=DAILY", "STATUS:CANCELLED")],
         "2026-03-04T12:30", "2026-03-05T12:30"),
        # of which a day at another hour takes nothing from what somebody else has entered
        ([series(*DAILY, "RRULE:FREQ=DAILY;COUNT=3").replace("UID:s", "UID:t"),
          series(*DAILY, "RRULE:FREQ=DAILY", "STATUS:CANCELLED"), series(
            "SUMMARY:Anna", "RECURRENCE-ID;TZID=Europe/Madrid:20260303T130000",
            "DTSTART:20260303T160000Z", "DTEND:20260303T170000Z")],
         "2026-03-03T12:30", "2026-03-05T12:30"),
        # without one of its days
        ([series(*DAILY, "RRULE:FREQ=DAILY", "EXDATE;TZID=Europe/Madrid:20260303T130000")],
         "2026-03-04T12:30", "2026-03-03T12:30"),
        # with one of its days at another hour, or cancelled
        ([series(*DAILY, "RRULE:FREQ=DAILY"), series(
            "SUMMARY:Anna", "RECURRENCE-ID;TZID=Europe/Madrid:20260303T130000",
            "DTSTART:20260303T160000Z", "DTEND:20260303T170000Z")],
         "2026-03-03T16:30", "2026-03-03T12:30"),
        ([series(*DAILY, "RRULE:FREQ=DAILY"), series(
            *DAILY, "RECURRENCE-ID;TZID=Europe/Madrid:20260303T130000", "STATUS:CANCELLED")],
         "2026-03-04T12:30", "2026-03-03T12:30"),
    ],
)  # fmt: skip
def test_series_of_an_icalendar(events: list[str], on_call_at: str, off_call_at: str) -> None:
    text = "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *events, "END:VCALENDAR", ""])
    schedule, found = brought(ical.read, text)
    assert found.left_out == []
    assert [people(schedule, at) for at in (on_call_at, off_call_at)] == [["anna"], []]


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (pagerduty.read, "{}"),
        (pagerduty.read, "["),
        (pagerduty.read, '{"schedule": {"name": "x", "schedule_layers": [{}]}}'),
        (opsgenie.read, '{"data": []}'),
        (opsgenie.read, "\xff"),
        (opsgenie.read, "[" * 100_000),
        (grafana.read, '{"schedules": []}'),
        (ical.read, "BEGIN:VEVENT"),
        (ical.read, "nonsense"),
    ],
)
def test_what_is_no_export_is_a_sentence(read: Callable[[bytes, Found], None], text: str) -> None:
    with pytest.raises(Unreadable, match=r"^This is no "):
        read(text.encode("latin-1"), Found())


def test_unknown_zones_and_hours_are_listed() -> None:
    strange = json.loads(json.dumps(PAGERDUTY))
    strange["schedule"]["time_zone"] = "Mars/Olympus"
    strange["schedule"]["schedule_layers"][0]["restrictions"][0]["type"] = "lunar"
    strange["schedule"]["schedule_layers"][1]["rotation_turn_length_seconds"] = 1234
    _, found = brought(pagerduty.read, strange)
    said = " ".join(found.left_out)
    for words in ("Mars/Olympus", "'lunar'", "turns that are not whole hours"):
        assert words in said


def test_the_command_prints_for_review_and_says_what_is_left(tmp_path: Path) -> None:
    file = tmp_path / "export.json"
    file.write_text(json.dumps(OPSGENIE))
    done = heliograph("directory", "import-schedules", "--from", "opsgenie", str(file))
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("# Review this before it becomes part of a policy.\n")
    assert "#   alice@x.example: alice@x.example\n" in done.stdout
    told = heliograph("directory", "import-schedules", "--from", "opsgenie", str(file), "--json")
    assert set(json.loads(told.stdout)) == {"schedules", "people", "left_out"}
    wrong = heliograph("directory", "import-schedules", "--from", "pagerduty", str(file))
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "no export from PagerDuty" in wrong.stderr
    assert heliograph("directory", "import-schedules", str(file)).returncode == 2


def test_pagerduty_follows_the_wall_through_a_year() -> None:
    schedule, _ = brought(pagerduty.read, PAGERDUTY)
    noon = at("2026-01-05T11:00")
    for week in range(52):
        wanted = ("anna@x.example", "ben-okafor")[week % 2]
        now = noon + timedelta(weeks=week, days=2)
        assert [shift.person for shift in on_call(schedule, now)] == [wanted]
