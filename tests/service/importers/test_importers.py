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
    assert people(schedule, "2026-02-06T08:30") == ["ben", "dora"]
    assert "the shift gone is not in the file" in " ".join(found.left_out)


GROUPS = {
    "id": "s", "type": "rolling_users", "start": "2026-03-04T09:00:00", "duration": 28800,
    "rolling_users": [["anna"], ["ben", "ben", "carl"]],
}  # fmt: skip


@pytest.mark.parametrize(
    ("shift", "who"),
    [
        # groups pass with the week, that begins on Monday unless it says so
        ({"frequency": "weekly", "by_day": ["MO", "WE"]}, "04a 09bc 11bc 16a"),
        ({"frequency": "weekly", "by_day": ["SU", "WE"], "week_start": "SU"}, "04a 08bc 11bc 15a"),
        ({"frequency": "weekly", "by_day": ["MO", "WE"], "interval": 2}, "04a 16bc"),
        ({"frequency": "weekly", "by_day": ["FR"]}, "06a 13bc"),
        ({"frequency": "daily", "by_day": ["MO", "WE"]}, "04a 09bc 11a 16bc"),
        ({"frequency": "daily", "interval": 3}, "04a 07bc 10a 13bc 16a"),
        ({"frequency": "monthly", "by_monthday": [5, 10]}, "05a 10a"),
        ({"frequency": "daily", "time_zone": "Asia/Tokyo", "until": "2026-03-05T01:00:00"},
         "04a"),
        ({"type": "single_event"}, "04a"),
    ],
)  # fmt: skip
def test_grafana_turns_are_carried_over_as_they_are(shift: dict[str, object], who: str) -> None:
    export = {
        "schedules": [{"name": "x", "time_zone": "UTC", "shifts": ["s"]}],
        "on_call_shifts": [GROUPS | shift],
    }
    schedule, found = brought(grafana.read, export)
    assert len(found.left_out) == 1
    begins = at("2026-03-01T01:00" if "time_zone" in shift else "2026-03-01T10:00")
    days = [begins + timedelta(days=day) for day in range(16)]
    names = {day.day: "".join(s.person[0] for s in on_call(schedule, day)) for day in days}
    assert " ".join(f"{day:02}{name}" for day, name in names.items() if name) == who
    assert not on_call(schedule, days[3] + timedelta(hours=8))


def test_grafana_an_event_of_several_days_is_one_turn() -> None:
    event = GROUPS | {"type": "single_event", "duration": 2 * 86400}
    shown = {"schedules": [{"name": "x", "time_zone": "UTC", "shifts": ["s"]}]}
    schedule, _ = brought(grafana.read, shown | {"on_call_shifts": [event]})
    days = [at(f"2026-03-{day:02}T10:00") for day in range(3, 8)]
    assert ["".join(s.person for s in on_call(schedule, day)) for day in days] == [
        "", "anna", "anna", "", "",
    ]  # fmt: skip


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


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (["DTSTART:20260303T16"], "Anna (event 2): "),
        (["DTSTART:20260303T160000Z", "DTSTART:20260304T160000Z"], "Anna (event 2): "),
        (["DTSTART:P7D", "DURATION:PT1H"], "must be either a datetime or date"),
        (["DTSTART:20260303T160000Z", "DURATION:20260303"], "Anna (event 2): "),
        (["DTSTART:00010101T000000Z", "DURATION:PT1H"], "it is about the year 1;"),
        (["DTSTART:99991231T235959Z", "DURATION:P99D"], "Anna (event 2): "),
        (["DTSTART:20260303T160000Z", "DURATION:PT1H", "RRULE:INTERVAL=2"], "Anna (event 2): "),
        (["DTSTART:20260303T160000Z", "DURATION:PT1H", "EXDATE:PT1H"], "Anna (event 2): "),
        (["RECURRENCE-ID:20260303T160000Z", "RECURRENCE-ID:20260303T160000Z"], "Anna (event 2): "),
        (["DTSTART:19690303T160000Z", "DURATION:PT1H"], "it is about the year 1969"),
    ],
)
def test_an_event_that_means_nothing_is_listed_and_the_others_are_read(
    event: list[str], said: str
) -> None:
    events = [series(*DAILY).replace("UID:s", "UID:t"), series("SUMMARY:Anna", *event)]
    text = "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *events, "END:VCALENDAR", ""])
    schedule, found = brought(ical.read, text)
    assert people(schedule, "2026-03-02T12:30") == ["anna"]
    assert said in "; ".join(found.left_out)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"time_zone": "Mars/Olympus"}, "the time zone 'Mars/Olympus' is not known"),
        ({"duration": 10**15}, "outside every calendar"),
        ({"duration": 0}, "turns that last 0:00:00"),
        ({"interval": -1}, "a turn every -1 days"),
        ({"level": 5000}, "levels go to 1000"),
        ({"start": "0001-01-01T00:00:00"}, "x, s: "),
        ({"until": "2026-01-01T00:00:00"}, "it ends before it begins"),
        ({"by_day": ["XX"]}, "'XX' is no day of the week"),
        ({"by_monthday": [1]}, "days of the month"),
        ({"frequency": "monthly", "by_monthday": [32]}, "that no calendar has"),
        ({"by_month": [0]}, "that no calendar has"),
        ({"rolling_users": [[]]}, "nobody is in it"),
    ],
)
def test_a_shift_that_has_no_equal_is_listed(changes: dict[str, object], said: str) -> None:
    shift = {"frequency": "daily", **GROUPS, **changes}
    export = {
        "schedules": [{"name": "x", "time_zone": "UTC", "shifts": ["s", "t"]}],
        "on_call_shifts": [shift, {**GROUPS, "id": "t", "type": "single_event"}],
    }
    schedule, found = brought(grafana.read, export)
    assert "anna" in people(schedule, "2026-03-04T10:00")
    assert said in "; ".join(found.left_out)


@pytest.mark.parametrize("start", ["0001-01-01T00:00:00+14:00", "1970-01-01T00:00:00Z"])
def test_years_that_no_policy_names_are_listed(start: str) -> None:
    rotation = {"startDate": start, "type": "daily", "participants": [{"type": "user", "id": "a"}]}
    kept = OPSGENIE["data"][0]["rotations"][0]  # type: ignore[index]
    data = {"name": "Support", "timezone": "UTC", "rotations": [rotation, kept]}
    schedule, found = brought(opsgenie.read, {"data": [data]})
    assert len(schedule.layers) == 1
    assert "rotation" in found.left_out[0] or "rotation" in found.left_out[1]
    strange = json.loads(json.dumps(PAGERDUTY))
    strange["schedule"]["schedule_layers"][0]["rotation_virtual_start"] = start
    schedule, found = brought(pagerduty.read, strange)
    assert len(schedule.layers) == 1
    assert "ights" in " ".join(found.left_out)


def test_a_schedule_that_only_takes_people_away_is_left_out() -> None:
    gone = series(*DAILY, "RECURRENCE-ID;TZID=Europe/Madrid:20260303T130000", "STATUS:CANCELLED")
    repeats = series(*DAILY, "RRULE:FREQ=MONTHLY")
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\n{repeats}\n{gone}\nEND:VCALENDAR\n"
    found = Found()
    ical.read(text.encode(), found)
    assert found.schedules == []
    assert found.left_out[-1] == "imported: nobody is on call in it"


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
