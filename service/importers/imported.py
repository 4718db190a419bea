"""What an import comes to: a fragment of a policy, and what could not be carried over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TypeVar

import msgspec
import yaml

from routing.language.schedule_writer import schedule_document
from routing.language.words import LONGEST, YEARS
from routing.rotation import Rotation
from routing.schedule import Layer, Override, Restriction, Schedule
from routing.wall import zone_of

T = TypeVar("T")
DAY = timedelta(days=1)
UNITS = (("weeks", timedelta(weeks=1)), ("days", DAY), ("hours", timedelta(hours=1)))
MOST_EVERY, MOST_PRIORITY = 999, 1000
MONTHS, DAYS_OF_A_MONTH = frozenset(range(1, 13)), frozenset(range(-31, 32)) - {0}
_WORDS = re.compile(r"[^a-z0-9._@]+")


class Unreadable(Exception):
    """The file is no export of that system. The message is a sentence."""


@dataclass(slots=True)
class Found:
    """Filled while a file is read. `names`: our id of a person to what the system calls them."""

    schedules: list[Schedule] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def person(self, name: str) -> str:
        """The id of a person, made of what the other system calls them."""
        known = slug(name)
        self.names.setdefault(known, name)
        return known

    @contextmanager
    def leaving_out(self, what: str) -> Iterator[None]:
        """What has no equal here (it raises ValueError) is listed, and the rest is read on."""
        try:
            yield
        except ArithmeticError:
            self.left_out.append(f"{what}: its dates lie outside every calendar")
        except ValueError as why:
            self.left_out.append(f"{what}: {why}")

    def add(self, schedule: Schedule) -> None:
        """Under a name of its own; one without a single turn is left out."""
        schedule = self._sayable(schedule)
        brings = any(one.kind in {"add", "take_over"} for one in schedule.overrides)
        if not schedule.layers and not brings:
            self.left_out.append(f"{schedule.id}: nobody is on call in it")
            return
        taken = {known.id for known in self.schedules}
        name, number = schedule.id, 2
        while name in taken:
            name, number = f"{schedule.id}-{number}", number + 1
        whole = Schedule(name, schedule.zone, schedule.layers, schedule.overrides)
        self.schedules.append(whole)

    def _sayable(self, schedule: Schedule) -> Schedule:
        """Without what a policy refuses."""
        layers: list[Layer] = []
        overrides: list[Override] = []
        for one in schedule.layers:
            with self.leaving_out(f"{schedule.id}, {one.id}"):
                _check_layer(one)
                layers.append(one)
        for override in schedule.overrides:
            with self.leaving_out(f"{schedule.id}, {override.id}"):
                _check_span(override.start, override.end)
                overrides.append(override)
        return Schedule(schedule.id, schedule.zone, tuple(layers), tuple(overrides))

    def as_json(self) -> dict[str, object]:
        return {
            "schedules": {s.id: schedule_document(s) for s in self.schedules},
            "people": self.names,
            "left_out": self.left_out,
        }

    def fragment(self) -> str:
        """The YAML to put into a policy, with what a reader must know above it as comments."""
        lines = ["# Review this before it becomes part of a policy.", "# People, by id:"]
        lines += [f"#   {known}: {_line(name)}" for known, name in sorted(self.names.items())]
        if self.left_out:
            lines += ["# Not carried over:", *(f"#   {_line(one)}" for one in self.left_out)]
        documents = {s.id: schedule_document(s) for s in self.schedules}
        body = yaml.safe_dump({"schedules": documents}, sort_keys=False, allow_unicode=True)
        return "\n".join([*lines, body])


def _check_layer(layer: Layer) -> None:
    """Raises ValueError for what no policy can say."""
    rotation = layer.rotation
    _check_span(layer.start or rotation.start, layer.until)
    _check_span(rotation.start, None)
    if not 1 <= rotation.every <= MOST_EVERY:
        raise ValueError(f"a turn every {rotation.every} {rotation.unit} has no equal here")
    if rotation.length is not None and not timedelta() < rotation.length <= LONGEST:
        raise ValueError(f"turns that last {rotation.length} have no equal here")
    if rotation.months - MONTHS or rotation.month_days - DAYS_OF_A_MONTH:
        raise ValueError("it names a month or a day of the month that no calendar has")
    if abs(layer.priority) > MOST_PRIORITY:
        raise ValueError(f"levels go to {MOST_PRIORITY}, not to {layer.priority}")


def _check_span(start: datetime, end: datetime | None) -> None:
    for at in (start, end):
        if at is not None and at.year not in YEARS:
            raise ValueError(f"it is about the year {at.year}; they go from 2000 to 2100")
    if end is not None and end <= start:
        raise ValueError("it ends before it begins")


def _line(text: str) -> str:
    """A comment ends where its line does, and holds nothing that YAML refuses."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def slug(name: str) -> str:
    """`Anna Lind` is anna-lind; an address stays one."""
    return _WORDS.sub("-", name.strip().casefold()).strip("-._@")[:100] or "someone"


def decoded(text: bytes, kind: type[T], system: str) -> T:
    """Raises Unreadable."""
    try:
        return msgspec.json.decode(text, type=kind, strict=False)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as wrong:
        raise Unreadable(f"This is no export of schedules from {system}: {wrong}.") from None


def zone_or_utc(found: Found, name: str | None, what: str) -> str:
    try:
        zone_of(name or "UTC")
    except (ValueError, LookupError, OSError):
        found.left_out.append(f"{what}: the time zone {name!r} is not known; UTC is taken")
        return "UTC"
    return name or "UTC"


def turn(length: timedelta) -> tuple[str, int] | None:
    """A turn's length as our unit and count; None for what is not whole hours."""
    for unit, size in UNITS:
        if length >= size and not length % size:
            return unit, length // size
    return None


def weekly(days: Iterable[int], start: time, length: timedelta) -> tuple[Restriction, ...]:
    """Windows that begin on these weekdays (Monday 0), however many days they last."""
    if length >= timedelta(weeks=1):
        return ()
    found: list[Restriction] = []
    for day in sorted(days):
        left, begin, offset = length, start, 0
        while left > timedelta():
            until_midnight = DAY - timedelta(hours=begin.hour, minutes=begin.minute)
            part = min(left, until_midnight)
            weekday = frozenset({(day + offset) % 7})
            if part == DAY:
                found.append(Restriction(weekday))
            else:
                found.append(Restriction(weekday, start=begin, end=after(begin, part)))
            left, begin, offset = left - part, time(), offset + 1
    return tuple(found)


def daily(start: time, length: timedelta) -> tuple[Restriction, ...]:
    return () if length >= DAY else (Restriction(start=start, end=after(start, length)),)


def after(start: time, length: timedelta) -> time:
    """A time of the wall so much later; it may be past midnight."""
    minutes = start.hour * 60 + start.minute + length // timedelta(minutes=1)
    return time(minutes // 60 % 24, minutes % 60)


def layer(
    name: str,
    rotation: Rotation,
    *,
    priority: int = 0,
    only: tuple[Restriction, ...] = (),
    start: datetime | None = None,
    until: datetime | None = None,
) -> Layer:
    return Layer(slug(name), rotation, priority, only, start, until)


def distinct(layers: Iterable[Layer]) -> tuple[Layer, ...]:
    """Layers whose ids differ."""
    seen: dict[str, int] = {}
    found = []
    for one in layers:
        count = seen[one.id] = seen.get(one.id, 0) + 1
        name = one.id if count == 1 else f"{one.id}-{count}"
        found.append(
            Layer(name, one.rotation, one.priority, one.restrictions, one.start, one.until)
        )
    return tuple(found)
