"""Recorded tickets, streamed from the intake or a file to `routing.tools.backtest`.

Theory of operation. Records come in order of time. Those of one ticket are kept together until it
has been silent for QUIET, so that what is kept is what is open, however long the stream. Whole
tickets go to workers by the batch, and only so many batches are out at once.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import NamedTuple, Self

import msgspec

from routing.directory import Directory
from routing.event import Customer
from routing.people import Account
from routing.policy import Policy
from routing.report import Report
from routing.tools.backtest import Backtest, sides
from routing.tools.course import Habits, Recorded
from routing.tools.tally import Tally, Verdict
from service import matching
from service.reading import READERS
from service.tickets.ticketsystem import NOBODY, Envelope, Unreadable

QUIET = timedelta(days=30)
"""A ticket silent for so long is played; what comes after is a ticket of its own."""
BATCH = 500
"""Tickets a worker is given at once."""
FEW = 2 * BATCH
"""Tickets that are not worth the start of a worker."""
SWEEP = 1_000
"""Records between two looks at who has gone silent."""
MOST_WORKERS = 4

_BARE: Mapping[str, str] = {}


class Raw(NamedTuple):
    """A webhook's body as it came, and when (UTC). Tuples go to workers in half the time."""

    source: str
    body: bytes
    at: datetime
    headers: Mapping[str, str] = _BARE


class _Data(msgspec.Struct):
    id: str | int


class _Head(msgspec.Struct):
    """As much of a `standard` ticket as its place in the stream takes."""

    data: _Data
    timestamp: datetime


_head = msgspec.json.Decoder(_Head, strict=False)


class NotRecorded(Exception):
    """A line of a file of tickets that cannot be placed. The message is a sentence."""


def line_of(line: bytes) -> tuple[str, Raw]:
    """A line of JSON in our `standard` schema: its ticket, and the record. Raises NotRecorded."""
    try:
        head = _head.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as wrong:
        raise NotRecorded(
            f"{wrong}. A line is one ticket of source `standard`, with data.id and timestamp."
        ) from None
    if head.timestamp.tzinfo is None:
        raise NotRecorded("The timestamp has no time zone; write 2026-03-02T10:00:00Z.")
    return str(head.data.id), Raw("standard", line, head.timestamp.astimezone(UTC))


@dataclass(frozen=True, slots=True)
class Matter:
    """What is compared: two policies over one directory."""

    old: Policy
    new: Policy
    directory: Directory
    habits: Habits = field(default_factory=Habits)


def _unplayed(matter: Matter) -> Verdict:
    """What no ticket comes to."""
    zones = {name: person.time_zone for name, person in matter.directory.people.items()}
    return Verdict(Tally(matter.old.id, zones), Tally(matter.new.id, zones))


class _Player:
    """Plays whole tickets; one in each worker."""

    def __init__(self, matter: Matter) -> None:
        self.matter = matter
        keys: dict[matching.Key, tuple[Account, ...]] = {}
        for account in matter.directory.accounts.values():
            for key in matching.account_keys(account):
                keys[key] = (*keys.get(key, ()), account)
        self.found = matching.Found(keys)
        people = matter.directory.people
        self.sides = sides(matter.old, matter.new, people, self._customer, matter.habits)

    def play(self, tickets: Sequence[Sequence[Raw]]) -> Verdict:
        """What this batch alone comes to."""
        test = Backtest(self.sides, _unplayed(self.matter))
        for ticket in tickets:
            self._ticket(test, ticket)
        return test.verdict

    def _ticket(self, test: Backtest, ticket: Sequence[Raw]) -> None:
        records: list[Recorded] = []
        for raw in ticket:
            reports = _reports(raw)
            test.verdict.unreadable += not reports
            records += [(raw.at, report) for report in reports]
        if records:
            test.ticket(records)

    def _customer(self, report: Report, policy: Policy) -> Customer | None:
        return matching.customer_of(report, policy, self.found)


def _reports(raw: Raw) -> Sequence[Report]:
    """What the record says; nothing where it cannot be read."""
    try:
        return READERS[raw.source](Envelope(raw.headers, raw.body, raw.at), NOBODY).reports
    except (Unreadable, KeyError):
        return ()


_players: list[_Player] = []


def _start_worker(matter: Matter) -> None:
    _players.append(_Player(matter))
    # What is there now stays for good, and a played ticket leaves no circles behind.
    gc.freeze()
    gc.set_threshold(100_000)


def _in_worker(tickets: list[list[Raw]]) -> Verdict:
    return _players[0].play(tickets)


class Replay:
    """Give it records in order of time, then ask `finish`. Not for the thread of an event loop."""

    def __init__(self, matter: Matter, workers: int | None = None) -> None:
        self.matter = matter
        self.workers = min(os.cpu_count() or 1, MOST_WORKERS) if workers is None else workers
        self.verdict = _unplayed(matter)
        self.records = 0
        self.open: dict[str, list[Raw]] = {}
        self.ready: list[list[Raw]] = []
        self.out: set[Future[Verdict]] = set()
        self.pool: ProcessPoolExecutor | None = None
        self.player: _Player | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.pool is not None:
            self.pool.shutdown(wait=True, cancel_futures=True)

    def take(self, ticket: str, raw: Raw) -> None:
        self.records += 1
        self.open.setdefault(ticket, []).append(raw)
        if self.records % SWEEP == 0:
            self._sweep(raw.at)

    def _sweep(self, now: datetime) -> None:
        """Tickets that went silent are over."""
        silent = [name for name, records in self.open.items() if records[-1].at + QUIET <= now]
        self.ready += [self.open.pop(name) for name in silent]
        if len(self.ready) >= FEW:
            self._hand_out()

    def _hand_out(self) -> None:
        while self.ready:
            batch, self.ready = self.ready[:BATCH], self.ready[BATCH:]
            if self.workers <= 1:
                self.player = self.player or _Player(self.matter)
                self.verdict.add(self.player.play(batch))
            else:
                self._to_worker(batch)

    def _to_worker(self, batch: list[list[Raw]]) -> None:
        if self.pool is None:
            self.pool = ProcessPoolExecutor(
                self.workers,
                multiprocessing.get_context("spawn"),
                initializer=_start_worker,
                initargs=(self.matter,),
            )
        while len(self.out) >= 2 * self.workers:
            self._collect()
        self.out.add(self.pool.submit(_in_worker, batch))

    def _collect(self) -> None:
        done, self.out = wait(self.out, return_when=FIRST_COMPLETED)
        for future in done:
            self.verdict.add(future.result())

    def finish(self) -> Verdict:
        """The verdict, once everything has been played."""
        self.ready += self.open.values()
        self.open = {}
        if self.pool is None and len(self.ready) <= FEW:
            self.workers = 1
        self._hand_out()
        while self.out:
            self._collect()
        return self.verdict


def lines_of(lines: Iterator[bytes]) -> Iterator[tuple[str, Raw]]:
    """The records of a JSON lines file, empty lines left out. Raises NotRecorded with the line."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield line_of(line)
            except NotRecorded as wrong:
                raise NotRecorded(f"line {number}: {wrong}") from None
