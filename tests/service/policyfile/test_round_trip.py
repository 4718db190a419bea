"""A policy becomes a document and the same policy again; so does every word of the language."""

import json
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.language.phrases import (
    parse_step_target,
    parse_target,
    parse_turn,
    step_target_text,
    target_text,
    turn_text,
)
from routing.language.problems import PolicyErrors
from routing.language.windows import (
    DAYS,
    parse_restriction,
    parse_windows,
    restriction_text,
    windows_text,
)
from routing.language.words import duration_text, parse_duration
from routing.policy import StepTarget
from routing.schedule import Layer, Override, Restriction, Rotation, Schedule, Temporary, swap
from routing.sla import Target
from service.policyfile.load import (
    document_to_policy,
    policy_to_document,
    read_policy,
    sample,
    shipped_presets,
)

HALF = 0.5
RICH = """
policy: rich
extends: gitlab@2025-12
calendars:
  odd:
    zone: "UTC-03:00"
    open: [fri 17:00 - mon 09:00, "tue,thu 22:00-06:00"]
    holidays: [2026-12-24]
  busy: {open: always, holidays: {country: DE-BY, observed: no, dates: [2026-12-24]}}
regions:
  one: {zone: Asia/Tokyo, hours: [mon-fri 09:00-17:00], schedule: a, backup: b}
  two: {name: Two, zone: UTC, hours: odd, schedule: b}
schedules:
  a:
    zone: Asia/Tokyo
    layers:
      - {rotation: {people: [x, [y, z]], every: 12 hours, start: 2026-01-05 09:00}, priority: 3,
         only: [mon-fri 09:00-17:00, "22:00-06:00", {month_days: [1, 15], hours: 08:00-24:00}]}
      - {id: nights,
         rotation: {people: [z], every: 2 weeks, handoff: wed 18:30, handoff_days: "sat"},
         from: 2026-01-01 00:00, until: 2027-01-01T00:00:00Z}
    overrides:
      - {kind: replace, person: x, by: y, from: 2026-05-01 00:00, to: 2026-05-02 00:00}
      - {id: o, kind: add, person: z, from: 2026-05-01 00:00, to: 2026-05-02 00:00}
    temporary:
      - {from: 2026-06-01 00:00, to: 2026-06-03 00:00,
         shifts: [{person: z, from: 2026-06-01 00:00, to: 2026-06-02 00:00}]}
  b: {zone: UTC, rotation: {people: [y], every: 3 months, start: 2026-01-31 09:00}}
groups: {leads: [x, y]}
chat_channels: [war-room]
escalation_policies:
  main:
    rounds: 3
    steps:
      - {page: [region, region two, region backup, group leads], wait: 1h30m}
      - page: [schedule a, person x, engineering, duty manager, channel war-room]
        when:
          any: [{severity: S1, tags: [a, b]}, {plan: priority}]
          not: {production: false}
          all: {fields: {workaround: [none, "no"]}}
          during: odd
          outside: busy
          sla_remaining_below: 20m
gates: [{id: spam, when: {category: spam, channel: email}, page: never, reply: No., queue: bin}]
routes:
  - {id: vip, when: {account: acme, named_contact: yes, status: [active, trial]}, escalate: main,
     page: at_risk, at_risk: 45m, tell: [csm, account manager, group leads]}
  - {id: rest, escalate: main, page: now}
engineering:
  schedule: b
  escalate: main
  after: 2d
  tags: [bug]
  fields: {type: [defect]}
  updates: {released: "Fixed in {detail}."}
  leadership: [{when: {severity: S1}, after: 1h}]
  leaders: group leads
duty_manager: [person x, schedule b]
after_hours: schedule b
timers: {acknowledge_timeout: 2h, reminder: 10m, grace: 1d, review: 12h}
storms: {bundle: 5}
hotline: {number: +1 415 555 0100, escalate: main, fallback_numbers: [+46 70 174 06 05], hold: 0,
          unknown_callers: connect, music: none, transcribe: yes, retention: 30d,
          calls_per_number: 3, calls_per_account: 4}
accept: [one-person-group]
tests: [{given: {tags: [a, b]}, at: 2026-01-01T00:00:00Z, expect: {page: x}}]
"""


def organisation(preset: str) -> str:
    return (
        f"policy: p\nextends: {preset}\n"
        "schedules: {s: {zone: UTC, rotation: {people: [a]}}}\n"
        "escalation_policies: {e: {steps: [{page: schedule s}]}}\nroutes: [{id: r, escalate: e}]\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        RICH,
        sample("policy.yaml"),
        sample("minimal.yaml"),
        *(organisation(preset) for preset in sorted(set(shipped_presets()) - {"base@1"})),
    ],
)
def test_a_policy_survives_the_document_and_json(text: str) -> None:
    policy = read_policy(text, "p.yaml")
    document = json.loads(json.dumps(policy_to_document(policy)))
    assert document_to_policy(document) == policy
    assert read_policy(json.dumps(document), "p.json") == policy


UNITS = (("hours", 12), ("days", 1), ("weeks", 2), ("months", 3))
START = datetime(2026, 1, 1, tzinfo=UTC)


def drawn(chance: Random, number: int) -> Schedule:
    """A schedule that uses every field the engine has, now and then."""

    def some(*values: int) -> frozenset[int]:
        return frozenset(chance.sample(values, chance.choice((0, 0, 1, 3))))

    def span() -> tuple[datetime, datetime]:
        begin = START + timedelta(minutes=chance.randrange(400_000))
        return begin, begin + timedelta(minutes=chance.randrange(1, 9_000))

    def layer(name: str) -> Layer:
        unit, every = chance.choice(UNITS)
        weekdays = some(*range(7))
        handoffs = some(*range(7)) if unit == "weeks" and not weekdays else frozenset[int]()
        groups = tuple(
            tuple(chance.sample("abcd", chance.randint(1, 2))) for _ in range(chance.randint(1, 3))
        )
        rotation = Rotation(
            unit,
            every,
            span()[0],
            groups,
            chance.choice(("UTC", "Asia/Tokyo", "America/St_Johns")),
            handoff_days=handoffs,
            backwards=chance.random() < HALF,
            length=chance.choice((None, timedelta(hours=9))),
            weekdays=weekdays,
            month_days=some(1, 15, 31, -1) if unit == "months" else frozenset(),
            months=some(*range(1, 13)),
            week_start=chance.choice((0, 0, 6)),
        )
        hours = chance.choice(((None, None), (time(22), time(6)), (time(8, 30), time(0))))
        limits = tuple(
            Restriction(some(*range(7)), some(1, 15, -2), *hours)
            for _ in range(chance.randint(0, 2))
        )
        bounds = span()
        return Layer(
            name,
            rotation,
            chance.randint(-2, 9),
            limits,
            bounds[0] if chance.random() < HALF else None,
            bounds[1] if chance.random() < HALF else None,
            chance.choice((None, "Europe/Berlin")),
        )

    people = {
        "add": ("a", None),
        "replace": ("a", "b"),
        "take_over": (None, "c"),
        "remove": ("d", None),
    }
    overrides = tuple(Override(f"o-{kind}", kind, *span(), *who) for kind, who in people.items())
    first, last = span()
    temporary = (Temporary("t", first, last, (("a", first, last),)),)
    layers = tuple(layer(f"l{n}") for n in range(chance.randint(1, 3)))
    swapped = swap("s", "a", span(), "b", span())
    return Schedule(f"s{number}", "UTC", layers, (*overrides, *swapped), temporary)


def test_every_field_of_a_schedule_can_be_written() -> None:
    chance = Random(3)  # noqa: S311 - the same schedules in every run
    policy = read_policy(RICH, "p.yaml")
    for batch in range(8):
        schedules = {s.id: s for s in (drawn(chance, n) for n in range(12))}
        rich = replace(policy, schedules={**policy.schedules, **schedules}, id=f"rich{batch}")
        written = json.dumps(policy_to_document(rich))
        assert read_policy(written, "p.json").schedules == rich.schedules


def test_a_swap_is_two_replacements() -> None:
    text = """
      - {one: {person: x, from: 2026-05-01 00:00, to: 2026-05-02 00:00},
         other: {person: y, from: 2026-05-03 00:00, to: 2026-05-04 00:00}}
"""
    policy = read_policy(
        RICH.replace("    overrides:", "    swaps:" + text + "    overrides:"), "p"
    )
    tokyo = datetime(2026, 4, 30, 15, tzinfo=UTC)
    day = timedelta(days=1)
    assert policy.schedules["a"].overrides[2:] == swap(
        "swap-1", "x", (tokyo, tokyo + day), "y", (tokyo + 2 * day, tokyo + 3 * day)
    )


@pytest.mark.parametrize(
    ("rotation", "words"),
    [
        ("{people: [x], every: 1 day, month_days: [1]}", "belong to turns of months"),
        ("{people: [x], every: 1 month, start: 2026-01-01, month_days: [0]}", "no day 0"),
        ("{people: [x], every: 1 week, handoff_days: mon, weekdays: tue}", "not beside `weekdays`"),
        ("{people: [x], every: 1 week, week_start: mon-fri}", "is not one day of the week"),
        ("{people: [x], every: 1 week, months: [13]}", "from 1 to 12"),
        ("{people: [x], every: 1 week, lasts: 0h}", "no time at all"),
        ("{people: [x], every: 1 week, zone: Europe/Stokholm}", "Europe/Stockholm"),
    ],
)
def test_a_rotation_that_makes_no_sense_is_refused(rotation: str, words: str) -> None:
    text = RICH.replace("{people: [y], every: 3 months, start: 2026-01-31 09:00}", rotation)
    with pytest.raises(PolicyErrors, match=words):
        read_policy(text, "p.yaml")


def test_a_change_shows_in_the_document() -> None:
    policy = read_policy(RICH, "p.yaml")
    changed = policy_to_document(replace(policy, grace=timedelta(hours=1)))
    assert changed != policy_to_document(policy)
    assert document_to_policy(changed).grace == timedelta(hours=1)


@given(st.integers(0, 366 * 86_400))
def test_durations(seconds: int) -> None:
    assert parse_duration(duration_text(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


days = st.integers(0, 6)
clocks = st.times().map(lambda t: t.replace(second=0, microsecond=0))


@given(days, clocks, days, clocks)
def test_windows(start_day: int, start: time, end_day: int, end: time) -> None:
    line = f"{DAYS[start_day]} {start:%H:%M} - {DAYS[end_day]} {end:%H:%M}"
    if (start_day, start) == (end_day, end):
        with pytest.raises(ValueError, match="no length"):
            parse_windows(line)
        return
    windows = parse_windows(line)
    assert len(windows) == 1
    assert parse_windows(windows_text(windows)[0]) == windows


@pytest.mark.parametrize(
    ("line", "count", "again"),
    [
        ("mon-fri 09:00-17:00", 5, ["mon-fri 09:00-17:00"]),
        ("daily 22:00-06:00", 7, ["daily 22:00-06:00"]),
        ("daily 14:00-24:00", 7, ["daily 14:00-24:00"]),
        ("sat 00:00-00:00", 1, ["sat 00:00-24:00"]),
        ("mon 17:00-17:00", 1, ["mon 17:00 - tue 17:00"]),
        ("sat,sun", 2, ["sat-sun 00:00-24:00"]),
        ("fri-mon 10:00-12:00", 4, ["fri-sun,mon 10:00-12:00"]),
        ("fri 17:00 - mon 09:00", 1, ["fri 17:00 - mon 09:00"]),
        ("mon 17:00 - mon 09:00", 1, ["mon 17:00 - mon 09:00"]),
        ("Monday 09:00 - Friday 24:00", 1, ["mon 09:00 - sat 00:00"]),
    ],
)
def test_window_lines(line: str, count: int, again: list[str]) -> None:
    windows = parse_windows(line)
    assert len(windows) == count
    assert windows_text(windows) == again
    assert [w for text in again for w in parse_windows(text)] == list(windows)


@pytest.mark.parametrize(
    "line",
    ["mon 9 to 5", "mon 24:00-17:00", "noday 09:00-17:00", "mon,mon 09:00-10:00", "24:00"],
)
def test_what_is_no_window(line: str) -> None:
    with pytest.raises(ValueError, match="'"):
        parse_windows(line)


@pytest.mark.parametrize(
    "text", ["mon-fri 09:00-17:00", "sat-sun", "22:00-06:00", "daily", "mon 08:00-08:00"]
)
def test_restrictions(text: str) -> None:
    again = restriction_text(parse_restriction(text))
    assert again is not None
    assert parse_restriction(again) == parse_restriction(text)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("30m", Target(minutes=30)),
        ("1h30m", Target(minutes=90)),
        ("next business day", Target(business_days=1)),
        ("2 business days", Target(business_days=2)),
    ],
)
def test_targets(text: str, target: Target) -> None:
    assert parse_target(text) == target
    assert parse_target(target_text(target)) == target


def test_no_target_is_none() -> None:
    assert parse_target("none") is None


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("region", StepTarget("region")),
        ("region emea", StepTarget("region", "emea")),
        ("region backup", StepTarget("region_backup")),
        ("region backup emea", StepTarget("region_backup", "emea")),
        ("duty manager", StepTarget("duty_manager")),
        ("duty_manager", StepTarget("duty_manager")),
        ("person anna", StepTarget("person", "anna")),
        ("schedule night shift", StepTarget("schedule", "night shift")),
    ],
)
def test_step_targets(text: str, target: StepTarget) -> None:
    assert parse_step_target(text) == target
    assert parse_step_target(step_target_text(target)) == target


@pytest.mark.parametrize("text", ["anna", "person", "schedule ", ""])
def test_what_is_nobody_to_page(text: str) -> None:
    with pytest.raises(ValueError, match=r"nobody"):
        parse_step_target(text)


@pytest.mark.parametrize(
    ("text", "turn"), [("1 week", ("weeks", 1)), ("12 hours", ("hours", 12)), ("day", ("days", 1))]
)
def test_turns(text: str, turn: tuple[str, int]) -> None:
    assert parse_turn(text) == turn
    assert parse_turn(turn_text(*turn)) == turn
