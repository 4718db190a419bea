"""target/goalert (Apache-2.0): schedules of weekly rules, overrides, temporary schedules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta, timezone
from typing import Any

from routing.rotation import Rotation
from routing.schedule import (
    Layer,
    Override,
    Restriction,
    Schedule,
    Shift,
    Temporary,
    on_call,
    shifts,
)
from tests.peers.goalert_rotation import relative, rotation_of
from tests.peers.verdict import Verdict, compared, opt_utc, outside, worst
from tests.routing.times import utc

Case = Mapping[str, Any]
EARLY, LATE = utc("1970-01-01"), utc("2200-01-01")
WEEKS = timedelta(days=21)
MINUTE = timedelta(minutes=1)


def weekdays(mask: str | Sequence[int]) -> frozenset[int]:
    """The peer's mask begins with Sunday; ours with Monday."""
    return frozenset((day - 1) % 7 for day, on in enumerate(mask) if on in ("1", 1))


def always(person: str, zone: str, start: datetime = EARLY) -> Rotation:
    return Rotation("days", 1, start, ((person,),), zone)


def layer(number: int, rule: Case, zone: str) -> Layer:
    target = rule.get("target", rule)
    rotation = (
        resolved_rotation(target["rotation"])
        if "rotation" in target
        else always(target.get("user", "someone"), zone)
    )
    limit = Restriction(
        weekdays(rule["weekdays_sun_to_sat"]),
        start=time.fromisoformat(rule["start"]),
        end=time.fromisoformat(rule["end"]),
    )
    # Rules are read in the schedule's zone, whatever zone their rotation has.
    return Layer(f"{number}", rotation, restrictions=(limit,), zone=zone)


def resolved_rotation(facts: Case) -> Rotation:
    """The peer knows who is active now and since when; ours counts from the first handoff."""
    users = facts["users"]
    if "current_start" in facts:
        current, index = facts["current_start"], facts["current_index"]
        users = users[index:] + users[:index]
        facts = {**facts, "start": current}
    return rotation_of(facts, tuple((user,) for user in users))


def override(number: int, facts: Case) -> Override:
    start, end = max(utc(facts["start"]), EARLY), min(utc(facts["end"]), LATE)
    remove, add = facts.get("remove_user") or None, facts.get("add_user") or None
    kind = "replace" if remove and add else "add" if add else "remove"
    return Override(f"{number}", kind, start, end, remove, add)


def temporary(number: int, facts: Case) -> Temporary:
    fixed = tuple((s["user"], utc(s["start"]), utc(s["end"])) for s in facts["shifts"])
    return Temporary(f"{number}", utc(facts["start"]), utc(facts["end"]), fixed)


def schedule_of(facts: Case) -> Schedule:
    zone = facts["tz"]
    return Schedule(
        "s",
        zone,
        tuple(layer(number, rule, zone) for number, rule in enumerate(facts.get("rules", ()))),
        tuple(override(number, o) for number, o in enumerate(facts.get("overrides", ()))),
        tuple(temporary(n, t) for n, t in enumerate(facts.get("temporary_schedules", ()))),
    )


def people(schedule: Schedule, at: datetime) -> list[str]:
    return sorted({shift.person for shift in on_call(schedule, at)})


def spans(found: Sequence[Shift]) -> set[tuple[str, datetime, datetime]]:
    """Who is on call when, whatever for: touching spans of a person become one."""
    merged: list[tuple[str, datetime, datetime]] = []
    for shift in sorted(found, key=lambda s: (s.person, s.start)):
        if merged and merged[-1][0] == shift.person and shift.start <= merged[-1][2]:
            person, start, end = merged.pop()
            merged.append((person, start, max(end, shift.end)))
        else:
            merged.append((shift.person, shift.start, shift.end))
    return set(merged)


def rule_schedule(case: Case) -> Schedule:
    rule = {**case, "start": case["rule_start"], "end": case["rule_end"]}
    return schedule_of({"tz": case["tz"], "rules": [rule]})


def rule_is_active(case: Case) -> Verdict:
    return compared(bool(people(rule_schedule(case), utc(case["query"]))), case["expected"])


def current_or_next(schedule: Schedule, at: datetime) -> Shift | None:
    """The shift at an instant with its true ends, else the next one."""
    now = on_call(schedule, at)
    coming = shifts(schedule, at, at + WEEKS) if not now else ()
    return now[0] if now else on_call(schedule, coming[0].start)[0] if coming else None


def rule_edge(case: Case, edge: Callable[[Shift], datetime]) -> Verdict:
    found = current_or_next(rule_schedule(case), utc(case["query"]))
    expected = case["expected"]
    if found is None or found.end - found.start > WEEKS:
        return outside("a rule that is never, or always, active has no edge")
    return compared(edge(found), utc(expected))


def filter_edge(case: Case, edge: Callable[[Shift], datetime]) -> Verdict:
    """The peer's weekday filters work on dates, in the offset that the query is written in."""
    query = datetime.fromisoformat(case["query"])
    offset = query.utcoffset() or timedelta(0)
    zone = case["tz"]
    if query.astimezone(utc("2000-01-01").tzinfo).utcoffset() != offset and zone == "UTC":
        zone = timezone(offset).tzname(None) or "UTC"
    rule = {
        "start": "00:00",
        "end": "00:00",
        "weekdays_sun_to_sat": case["weekdays_sun_to_sat"],
    }
    found = current_or_next(schedule_of({"tz": zone, "rules": [rule]}), query.astimezone(UTC))
    if found is None or found.end - found.start > WEEKS:
        return outside("a filter of no day, or of every day, has no edge")
    return compared(edge(found), utc(case["expected"]))


def rotation_user_at(case: Case) -> Verdict:
    schedule = Schedule("s", "UTC", (Layer("l", resolved_rotation(case["rotation"])),))
    return compared(people(schedule, utc(case["query"])), [case["expected"]])


def calculate_shifts(case: Case) -> Verdict:
    """What was recorded before `now` wins; we keep such a record as a temporary schedule."""
    start, end = utc(case["query_start"]), utc(case["query_end"])
    schedule, now = schedule_of(case), opt_utc(case["now"])
    if now is not None and case["history"]:
        return calculate_with_history(case, schedule, now)
    if now is not None:
        start = max(start, min(now, end))
    ours = shifts(schedule, start, end)
    theirs = [Shift(s["user"], utc(s["start"]), utc(s["end"]), "") for s in case["expected_shifts"]]
    return compared(spans(ours), spans(clipped(theirs, start, end)))


def calculate_with_history(case: Case, schedule: Schedule, now: datetime) -> Verdict:
    if now >= utc(case["query_end"]):
        return outside("the record of the past is the service's, the engine computes")
    start, end = now + MINUTE, utc(case["query_end"])
    theirs = [Shift(s["user"], utc(s["start"]), utc(s["end"]), "") for s in case["expected_shifts"]]
    return compared(spans(shifts(schedule, start, end)), spans(clipped(theirs, start, end)))


def clipped(found: Sequence[Shift], start: datetime, end: datetime) -> list[Shift]:
    return [
        Shift(s.person, max(s.start, start), min(s.end, end), s.why)
        for s in found
        if s.start < end and s.end > start
    ]


def next_notification(case: Case) -> Verdict:
    """The next time of day on one of the weekdays, after now."""
    days, clock = case["weekdays_sun_to_sat"], time.fromisoformat(case["time_of_day"])
    ending = (datetime.combine(EARLY, clock) + MINUTE).time()
    rule = {"start": clock.isoformat(), "end": ending.isoformat(), "weekdays_sun_to_sat": days}
    schedule = schedule_of({"tz": case["tz"], "rules": [rule]})
    now = utc(case["now"])
    coming = [s.start for s in shifts(schedule, now, now + WEEKS) if s.start > now]
    return compared(coming[0] if coming else None, opt_utc(case["expected"]))


def streamed(case: Case, ours: Callable[[datetime], list[str]]) -> Verdict:
    """The peer answers with a stream of changes; ours must agree at every step of its window."""
    at, end = utc(case["window_start"]), utc(case["window_end"])
    changes = [(utc(event["at"]), event_users(event)) for event in case["expected_events"]]
    verdicts = []
    while at < end:
        before = [users for moment, users in changes if moment <= at]
        verdicts.append(compared(ours(at), before[-1] if before else []))
        at += timedelta(seconds=case["step_seconds"])
    return worst(verdicts)


def event_users(event: Case) -> list[str]:
    if "users" in event:
        return sorted(event["users"])
    if "user" in event:
        return [event["user"]] if event["user"] else []
    return ["someone"] if event["active"] else []


def spans_stream(case: Case) -> Verdict:
    added = tuple(
        Override(f"{number}", "add", utc(span[0]), utc(span[1]), by=(*span, "someone")[2])
        for number, span in enumerate(case["spans"])
        if utc(span[0]) < utc(span[1])
    )
    return streamed(case, lambda at: people(Schedule("s", "UTC", overrides=added), at))


def single_rule(case: Case) -> Verdict:
    rules = [case["rule"]] if case["rule"] else []
    schedule = schedule_of({"tz": case["tz"], "rules": rules})
    return streamed(case, lambda at: people(schedule, at))


def override_map(case: Case) -> Verdict:
    base = tuple(Layer(user, always(user, "UTC")) for user in case["users"])
    changes = tuple(override(number, o) for number, o in enumerate(case["overrides"]))
    ours = people(Schedule("s", "UTC", base, changes), utc(case["at"]))
    return compared(ours, sorted(case["expected_users"]))


def policy_on_call(case: Case) -> Verdict:
    step = case["step"]
    found = {*step.get("users", ()), *([step["user"]] if "user" in step else ())}
    at = utc("2024-05-14 12:00")
    if "schedule" in step:
        found |= set(people(schedule_of(step["schedule"]), at))
    if "rotation" in step:
        found |= set(people(Schedule("s", "UTC", (Layer("r", plain(step["rotation"])),)), at))
    return compared(sorted(found), sorted(case["expected_on_call"]))


def plain(facts: Case) -> Rotation:
    return rotation_of(facts, tuple((user,) for user in facts["users"]))


def system_on_call(case: Case) -> Verdict:
    if case["expected"] == "error":
        return outside("two people saving the same override at once")
    base = utc("2024-05-14 17:00")
    added = tuple(
        Override(f"{n}", "add", relative(base, r["start"]), relative(base, r["end"]), by=r["user"])
        for n, r in enumerate(case["rules"])
    )
    schedule = Schedule("s", case["tz"], overrides=added)
    ours = [people(schedule, relative(base, step["at"])) for step in case["expected"]]
    return compared(ours, [sorted(step["on_call"]) for step in case["expected"]])


FUNCTIONS: Mapping[str, Callable[[Case], Verdict]] = {
    "rule_is_active": rule_is_active,
    "rule_start_time": lambda case: rule_edge(case, lambda shift: shift.start),
    "rule_end_time": lambda case: rule_edge(case, lambda shift: shift.end),
    "weekday_filter_start": lambda case: filter_edge(case, lambda shift: shift.start),
    "weekday_filter_next_inactive": lambda case: filter_edge(case, lambda shift: shift.end),
    "rotation_user_at": rotation_user_at,
    "calculate_shifts": calculate_shifts,
    "next_oncall_notification": next_notification,
    "active_spans": spans_stream,
    "user_spans": spans_stream,
    "single_rule": single_rule,
    "override_map": override_map,
    "policy_on_call": policy_on_call,
    "system_on_call": system_on_call,
}
