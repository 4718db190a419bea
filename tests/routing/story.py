"""One case and what happens to it, told in the order it happens.

Time passes only when the story says so, and then as the service lets it pass: a tick at each
`wake_at`. After every step it is checked that what must always hold does.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from routing.book import Book
from routing.case import Case
from routing.decide import Decision, decide, open_case
from routing.event import (
    Acknowledge,
    Announce,
    Contact,
    ContactRefused,
    Customer,
    Decline,
    Entry,
    Event,
    Post,
    Refusal,
    Reported,
    StandDown,
    Tick,
    WriteBack,
)
from routing.people import Account, Person
from routing.report import Comment, Report, ReportKind, TicketStatus
from tests.routing import world
from tests.routing.invariants import Seen, check_step

ACME = Customer(
    "acme",
    "Acme Corp",
    "premier",
    "its organisation",
    record=Account("acme", "Acme Corp", "premier"),
)
STATUSES = {s.value: s for s in TicketStatus}


def report(version: float, kind: str = "updated", **said: Any) -> Report:
    """A report of ticket 4711; `status` as its word, `tags` as words."""
    if "status" in said:
        said["status"] = STATUSES[said["status"]]
    if "tags" in said:
        said["tags"] = tuple(said["tags"].split())
    source = said.pop("source", "desk")
    return Report(
        source, "4711", ReportKind(kind), (version, 0), event_key=f"{version}-{kind}", **said
    )


class Story:
    """`priority` urgent is high, normal is medium, low is low; the customer is Acme, on premier."""

    def __init__(
        self,
        book: Book | None = None,
        at: datetime = world.MONDAY,
        customer: Customer | None = ACME,
        **ticket: Any,
    ) -> None:
        self.book, self.now, self.began = book or world.book(), at, at
        self.version = 1.0
        self.seen = Seen()
        self.entries: list[Entry] = []
        self.answer = ""
        self._contacts: list[Contact] = []
        self._writes: list[WriteBack] = []
        self._news: list[Announce] = []
        self.posts: list[Post] = []
        self.statuses: list[str] = []
        """What the ticket was set to."""
        self.stood_down = 0
        self.excused: list[str] = []
        """Who alone was stood down."""
        said = {"subject": "System down", "status": "new", "priority": "urgent"} | ticket
        event = Reported(report(1, "created", **said), customer)
        self.case: Case = self._keep(None, event, open_case("ACME-7", event, self.book, at))

    def _keep(self, before: Case | None, event: Event, decision: Decision) -> Case:
        check_step(before, event, decision, self.book, self.now, self.seen)
        self.case = decision.case
        self.entries += decision.entries
        self.answer = decision.answer or self.answer
        for effect in decision.effects:
            match effect:
                case Contact():
                    self._contacts.append(effect)
                case WriteBack():
                    self._writes.append(effect)
                    self.statuses += [effect.status] if effect.status else []
                case Announce():
                    self._news.append(effect)
                case Post():
                    self.posts.append(effect)
                case StandDown(person=None):
                    self.stood_down += 1
                case StandDown(person=name):
                    self.excused.append(str(name))
        return decision.case

    def happens(self, event: Event) -> str:
        """The answer."""
        self.answer = ""
        self._keep(self.case, event, decide(self.case, event, self.book, self.now))
        return self.answer

    def refuses(self, event: Event) -> str:
        """The sentence of why not; the case is as it was."""
        before = self.case
        try:
            self.happens(event)
        except Refusal as refusal:
            assert self.case is before
            return str(refusal)
        msg = f"{event} was not refused"
        raise AssertionError(msg)

    def acks(self, name: str) -> str:
        return self.happens(Acknowledge(name, "sms"))

    def declines(self, name: str) -> str:
        return self.happens(Decline(name, "sms"))

    def fails(self, contact: str, reason: str = "no such number") -> None:
        """`fails("anna sms")`: the person's latest contact by that method was refused."""
        name, method = contact.split()
        page = self.case.page_of(name)
        assert page is not None
        attempt = max(t.attempt for t in page.tried if t.method == method)
        self.happens(ContactRefused(page.turn, name, method, attempt, reason))

    def ticket(self, version: float | None = None, **said: Any) -> None:
        """The ticket's next report, or one of an earlier `version`."""
        if version is None:
            version = self.version = self.version + 1
        self.happens(Reported(report(version, **said)))

    def ticket_of(self, customer: Customer, **said: Any) -> None:
        """The ticket's next report, which says whose it is."""
        self.version += 1
        self.happens(Reported(report(self.version, **said), customer))

    def writes(self, author: str, text: str = "words", *, public: bool = True, **said: Any) -> None:
        """A comment by customer, agent or system."""
        number = f"comment-{self.version + 1}"
        said["comment"] = Comment(number, author, public, text)
        self.ticket(kind="commented", **said)

    def passes(self, time: timedelta) -> None:
        """Time passes with the service awake: a tick at each instant something is due."""
        until = self.now + time
        for _ in range(10_000):
            wake = self.case.wake_at
            if wake is None or wake > until:
                break
            self.now = max(wake, self.now)
            self.happens(Tick())
        else:
            raise AssertionError("the case does not come to rest")
        self.now = until

    def until(self, clock: str) -> None:
        """Time passes until that time of day (UTC), today or tomorrow."""
        hour, minute = clock.split(":")
        at = self.now.replace(hour=int(hour), minute=int(minute))
        self.passes((at if at > self.now else at + timedelta(days=1)) - self.now)

    def outage(self, time: timedelta) -> None:
        """Time passes with the service down; what is due is found when it is back."""
        self.now += time
        if self.case.wake_at is not None and self.case.wake_at <= self.now:
            self.happens(Tick())

    def people(self, **changes: Person | None) -> None:
        """The directory changes: a person by id, None for gone."""
        known = {**self.book.people, **changes}
        self.book = replace(self.book, people={k: v for k, v in known.items() if v is not None})

    @property
    def paged(self) -> list[str]:
        """The contacts begun since this was last asked: `anna sms`."""
        found = [f"{c.person} {c.method}" for c in self._contacts]
        self._contacts.clear()
        return found

    def forget(self) -> None:
        """What was paged, written and told so far is not of interest."""
        for old in (self._contacts, self._writes, self._news):
            old.clear()

    @property
    def written(self) -> list[str]:
        """What was written to the ticket since this was last asked; a note begins with `note: `."""
        found = [w.text if w.public else f"note: {w.text}" for w in self._writes]
        self._writes.clear()
        return found

    @property
    def told(self) -> list[str]:
        """Who was told something that wants no answer, and what."""
        found = [f"{a.person}: {a.text}" for a in self._news]
        self._news.clear()
        return found

    @property
    def state(self) -> str:
        return self.case.state.value

    def said(self, kind: str) -> list[str]:
        """The timeline's lines of one kind."""
        return [e.text for e in self.entries if e.kind == kind]

    def happens_at(self) -> str:
        return f"{self.now:%a %H:%M}"
