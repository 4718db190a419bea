"""grafana/oncall: its recorded answers (facts only), asked of our engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from routing.schedule import Layer, Schedule, Shift, gaps, on_call, shifts
from routing.turns import turns
from routing.wall import from_ticks, to_ticks
from tests.peers import icalendar, linkedin
from tests.peers.goalert_oncall import clipped, spans
from tests.peers.grafana import Facts, schedule_of
from tests.peers.verdict import AGREES, Verdict, choice, clock_changes, compared, outside, worst
from tests.routing.times import utc

Answer = Callable[[Facts, Facts, Schedule], tuple[object, object]]
"""Of a case and a query: our answer by a schedule, and the recorded one, made comparable."""
NEAR = timedelta(days=60)


def judge(case: Facts, calendars: Mapping[str, Sequence[Facts]] | None = None) -> Verdict:
    """`calendars`: the iCalendars that definitions name, by name."""
    facts = case.get("definition") or {}
    if facts.get("schedule_type") == "linkedin_epoch":
        return linkedin.future_epochs(case)
    if "definition_text" in case:
        return outside("the peer cannot compute it; recorded without a definition")
    if facts.get("ical_overrides"):
        return outside("an override is named after an address, and whose it is was not recorded")
    own = facts.get("ical_primary")
    if own is not None:
        events_ = (calendars or {})[own] if isinstance(own, str) else own
        return icalendar.judge(events_, case["queries"])
    return worst(judged(case, query) for query in case["queries"])


def judged(case: Facts, query: Facts) -> Verdict:
    answer = ANSWERS.get(query["op"])
    if answer is None:
        return outside(f"the peer's {query['op']}")
    facts = case["definition"]
    if "answer_error" in query:
        answer(case, {**query, "answer": []}, schedule_of(facts))
        return choice("peer fails")
    ours, theirs = answer(case, query, schedule_of(facts))
    if ours == theirs:
        return AGREES
    if answer(case, query, schedule_of(facts, until_cuts=False))[0] == theirs:
        return choice("until cuts")
    if "wall_clock_expectation" in case:
        recorded = {**query, "answer": case["wall_clock_expectation"]}
        ours, expected = answer(case, recorded, schedule_of(facts))
        return choice("peer bug") if ours == expected else compared(ours, expected)
    changed = at_a_change(case, query, ours, theirs)
    marked = case.get("verdict") in {"peer_bug", "peer_quirk"}
    return choice("peer quirk") if marked and changed.kind == "differs" else changed


def at_a_change(case: Facts, query: Facts, ours: object, theirs: object) -> Verdict:
    """Differences that lie wholly in a skipped or repeated hour are a reading of time."""
    if not isinstance(ours, set) or not isinstance(theirs, set):
        return compared(ours, theirs)
    zones = {shift["time_zone"] for shift in case["definition"].get("shifts", ())}
    changes = [
        change
        for zone in zones
        for change in clock_changes(zone, utc(query["start"]) - NEAR, utc(query["end"]))
    ]
    shifts_ = case["definition"].get("shifts", ())
    if any(s.get("frequency") == "monthly" and int(s["start_wall"][8:10]) > 28 for s in shifts_):
        return choice("month end")
    names = set()
    for start, end in differing(ours, theirs):
        near = [by for at, by in changes if at - abs(by) <= start and end <= at + abs(by)]
        names |= {"end of gap" if by > timedelta(0) else "first of two" for by in near[:1]} or {""}
    return choice(names.pop()) if len(names) == 1 and "" not in names else compared(ours, theirs)


def differing(
    ours: set[tuple[str, datetime, datetime]], theirs: set[tuple[str, datetime, datetime]]
) -> Iterable[tuple[datetime, datetime]]:
    """The spans in which two sets of (person, start, end) do not say the same."""
    edges = sorted({edge for _, *both in ours | theirs for edge in both})
    for start, end in pairwise(edges):
        first, second = ({p for p, a, b in side if a <= start < b} for side in (ours, theirs))
        if first != second:
            yield start, end


def events(answer: Sequence[Facts], *, by_shift: bool = False) -> list[Shift]:
    """A peer's events, one of ours for each person; gaps and empty events hold nobody."""
    return [
        Shift(
            f"{event.get('shift_ref')} {user}" if by_shift else user,
            utc(event["start"]),
            utc(event["end"]),
            "",
        )
        for event in answer
        for user in event["users"]
    ]


def final_events(_: Facts, query: Facts, schedule: Schedule) -> tuple[object, object]:
    start, end = utc(query["start"]), utc(query["end"])
    if query.get("answer_truncated"):
        end = utc(query["answer"][-1]["start"])
    theirs = clipped(events(query["answer"]), start, end)
    return spans(shifts(schedule, start, end)), spans(theirs)


def filter_events(_: Facts, query: Facts, schedule: Schedule) -> tuple[object, object]:
    """Layers and overrides each for itself, swaps considered."""
    start, end = utc(query["start"]), utc(query["end"])
    swaps = tuple(o for o in schedule.overrides if o.kind == "replace")
    alone = {
        layer.id: replace(schedule, layers=(layer,), overrides=swaps) for layer in schedule.layers
    }
    for override in schedule.overrides:
        if override.kind == "take_over":
            alone[override.id] = replace(schedule, layers=(), overrides=(override, *swaps))
    ours = [
        replace(shift, person=f"{name} {shift.person}")
        for name, own in alone.items()
        for shift in shifts(own, start, end)
    ]
    theirs = clipped(events(query["answer"], by_shift=True), start, end)
    wanted = {event["shift_ref"] for event in query["answer"]}
    if query.get("filter_by") is not None:
        ours = [shift for shift in ours if shift.person.split(" ", 1)[0] in wanted]
    return spans(ours), spans(theirs)


def oncall_at(_: Facts, query: Facts, schedule: Schedule) -> tuple[object, object]:
    found = {shift.person for shift in on_call(schedule, utc(query["at"]))}
    return sorted(found), sorted(query["answer"])


def gaps_ahead(case: Facts, query: Facts, schedule: Schedule) -> tuple[object, object]:
    now = utc(case["now"])
    theirs = [(utc(gap["start"]), utc(gap["end"])) for gap in query["answer"]]
    return list(gaps(schedule, now, now + timedelta(days=query["days"]))), theirs


def gaps_and_empty(case: Facts, query: Facts, schedule: Schedule) -> tuple[object, object]:
    now = utc(case["now"])
    end = now + timedelta(days=query["days"])
    empty = any(is_empty(layer, now, end) for layer in schedule.layers)
    ours = {"has_gaps": bool(gaps(schedule, now, end)), "has_empty_shifts": empty}
    return ours, query["answer"]


def is_empty(layer: Layer, start: datetime, end: datetime) -> bool:
    """Whether a turn of a layer that has begun and is not over falls to a group of nobody."""
    begin = max(start, layer.start or start)
    until = min(end, layer.until or end)
    groups = layer.rotation.groups
    found = turns(layer.rotation, to_ticks(begin), to_ticks(until)) if begin < until else []
    return any(not groups[turn[2]] for turn in found)


def preview_shift(case: Facts, query: Facts, schedule: Schedule) -> tuple[object, object]:
    del schedule
    facts = case["definition"]
    shown = [s for s in facts.get("shifts", ()) if s["ref"] != query["updated_shift_pk"]]
    new = {**facts, "shifts": [*shown, *facts["preview_shift"]]}
    alone = {**facts, "shifts": facts["preview_shift"], "overrides": [], "shift_swaps": []}
    pairs = [
        final_events(case, {**query, "answer": query["answer"][name]}, schedule_of(own))
        for name, own in (("final", new), ("rotation", alone))
    ]
    return [ours for ours, _ in pairs], [theirs for _, theirs in pairs]


def shifts_for_user(_: Facts, query: Facts, schedule: Schedule) -> tuple[object, object]:
    start = utc(query["start"])
    end = utc(query["end"]) if query["end"] else start + timedelta(days=query["days"])
    theirs = {
        name: spans([s for s in events(found) if s.person == query["user"]])
        for name, found in query["answer"].items()
    }
    wide = shifts(schedule, start - NEAR, end + NEAR)
    own = [s for s in wide if s.person == query["user"] and s.start < end and s.end > start]
    ours = {
        "passed": spans([s for s in own if s.end <= start]),
        "current": spans([s for s in own if s.start <= start < s.end]),
        "upcoming": spans([s for s in own if s.start > start]),
    }
    return ours, theirs


def start_days(_: Facts, query: Facts, schedule: Schedule) -> tuple[object, object]:
    """Who starts on which day."""
    start, end = to_ticks(utc(query["start"])), to_ticks(utc(query["end"]))
    found: dict[str, list[str]] = {}
    for layer in schedule.layers:
        until = end if layer.until is None else min(end, to_ticks(layer.until))
        for turn in turns(layer.rotation, start, until):
            at = from_ticks(turn[0])
            if at is not None and turn[0] >= start:
                found.setdefault(f"{at:%Y-%m-%d}", []).extend(layer.rotation.groups[turn[2]])
    return found, query["answer"]


ANSWERS: Mapping[str, Answer] = {
    "final_events": final_events,
    "filter_events": filter_events,
    "oncall_at": oncall_at,
    "gaps_next_days": gaps_ahead,
    "check_gaps_and_empty": gaps_and_empty,
    "preview_shift": preview_shift,
    "shifts_for_user": shifts_for_user,
    "start_days": start_days,
}
