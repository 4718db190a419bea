"""Creating tickets, as far as it is the same for every system.

Theory of operation. Whether an earlier try got through is asked before anything is created: every
ticket of ours ends in its marker. A refusal of the ticket as we would have it costs what may be
missing (the organisation, then who asks, then the priority), and not the ticket.
"""

from __future__ import annotations

import json
from collections.abc import Container, Generator, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from service.tickets.marker import contains_marker
from service.tickets.members import Members, decode, read_object
from service.tickets.ticketsystem import (
    Access,
    Answer,
    Conflict,
    Conversation,
    Creation,
    Done,
    Judgement,
    Opened,
    Opening,
    Refused,
    Request,
    Retry,
    Unreadable,
)
from service.tickets.writing import PAGES, Writer

Known = Mapping[str, object]
"""What had to be asked for before the ticket could be written down."""
_SKEW = timedelta(minutes=10)
"""How far a system's clock may be behind ours."""
Listing = Generator[Request, Answer, list[dict[str, object]]]


class Stopped(Exception):
    """A question came to nothing, and with it the try; why is `verdict`."""

    def __init__(self, verdict: Judgement) -> None:
        super().__init__()
        self.verdict = verdict


class Creator(Writer):
    """What the creating halves share.

    `wants` are the members of ..._NEW_TICKET without which the system takes no ticket. `rows_in`
    and `row_in` name where its answers have a list of tickets and the new one (empty: the answer
    itself). A full page of a list has `full` rows; 0 where there is one page. `placed`: the
    organisation is the place where the ticket is made.
    """

    wants: tuple[str, ...] = ()
    rows_in = ""
    row_in = ""
    full = 0
    placed = False
    lag = timedelta(0)
    unprocessable = frozenset({400, 422})

    def look(self, opening: Opening, access: Access, page: int) -> Request:
        """The request whose answer shows the ticket of an earlier try."""
        raise NotImplementedError

    def known(self, opening: Opening, access: Access) -> Generator[Request, Answer, Known]:  # noqa: ARG002 - where nothing has to be asked
        """What has to be asked for before the ticket can be written down."""
        yield from ()
        return {}

    def draft(self, opening: Opening, access: Access, known: Known) -> Request:
        """The request that creates the ticket."""
        raise NotImplementedError

    def named(self, row: Members, opening: Opening, access: Access) -> Opened:
        """The ticket that an answer shows. Raises Unreadable."""
        raise NotImplementedError

    def permit(self, access: Access) -> Request:
        """The request whose answer shows what we may do there."""
        raise NotImplementedError

    def lacking(self, found: Members, access: Access) -> str:
        """The sentence of what we may not do, by that answer; empty when nothing."""
        raise NotImplementedError

    def wanting(self, access: Access) -> tuple[str, ...]:
        """See `Creating.wanting`."""
        given = self.wished(access)
        return tuple(name for name in self.wants if not given.get(name))

    def wished(self, access: Access) -> dict[str, object]:
        """What every new ticket shall say by the organisation's own wish."""
        found = json.loads(access.options.get(self.setting, "{}"))
        return found if type(found) is dict else {}

    @property
    def setting(self) -> str:
        """The name of the wish, without prefix."""
        return f"{self.source.upper().replace('-', '_')}_NEW_TICKET"

    def create(self, opening: Opening, access: Access) -> Creation:
        """See `Creating.create`."""
        try:
            return (yield from self._create(opening, access))
        except Stopped as stopped:
            return stopped.verdict
        except Unreadable as unreadable:
            return Refused(f"{self.name} answered, but not as its API does. {unreadable}")

    def _create(self, opening: Opening, access: Access) -> Creation:
        found = yield from self.there(opening, access)
        if found is None:
            found = yield from self._made(opening, access)
        try:
            return (yield from self.furnish(found, opening, access))
        except Stopped as stopped:  # it is there
            raise Stopped(self._later(stopped.verdict)) from None
        except Unreadable:
            return found

    def there(self, opening: Opening, access: Access) -> Generator[Request, Answer, Opened | None]:
        """The ticket of an earlier try."""
        for page in range(1, PAGES + 1):
            rows = yield from self.rows(self.look(opening, access, page))
            mine = next((row for row in rows if self.is_mine(row, opening)), None)
            if mine is not None:
                return replace(self.named(Members(mine), opening, access), already=True)
            if len(rows) < self.full or not self.full:
                return None
        return None

    def is_mine(self, row: dict[str, object], opening: Opening) -> bool:
        """Whether a ticket is the one we are to create: it shows our marker."""
        return contains_marker(json.dumps(row).encode(), opening.key)

    def _made(self, opening: Opening, access: Access) -> Generator[Request, Answer, Opened]:
        known = yield from self.known(opening, access)
        tried, answer = opening, Answer(0)
        for tried in self.lessening(opening):
            answer = yield self.draft(tried, access, known)
            if answer.status not in self.unprocessable:
                break
        verdict = self.judge(answer)
        if not isinstance(verdict, Done):
            raise Stopped(self._later(verdict))
        made = read_object(answer.body)
        return self.named(made.nested(self.row_in) if self.row_in else made, tried, access)

    def _later(self, verdict: Judgement) -> Judgement:
        """Whoever asks again sooner than the system knows of the ticket makes a second one."""
        if isinstance(verdict, Retry):
            return replace(verdict, after=max(verdict.after, self.lag))
        return Retry(self.lag, verdict.sentence) if isinstance(verdict, Conflict) else verdict

    def lessening(self, opening: Opening) -> list[Opening]:
        """The ticket as we would have it, then with less and less of what it can do without."""
        nowhere = opening if self.placed else replace(opening, organization=None)
        nobody = replace(nowhere, name=None, email=None, phone=None)
        return list(dict.fromkeys((opening, nowhere, nobody, replace(nobody, words=()))))

    def furnish(self, made: Opened, opening: Opening, access: Access) -> Creation:  # noqa: ARG002 - where it is said at once
        """What can be said of a ticket only once it is there."""
        yield from ()
        return made

    def rows(self, request: Request, within: str | None = None) -> Listing:
        """The objects of the list that answers, `within` a member. Raises Stopped, Unreadable."""
        answer = yield request
        self.stop_unless_done(answer)
        value = decode(answer.body) if answer.body.strip() else []
        name = self.rows_in if within is None else within
        listed = value.get(name) if type(value) is dict else value
        return [row for row in listed if type(row) is dict] if type(listed) is list else []

    def asked(self, request: Request, within: str | None = None) -> Listing:
        """The same where the answer helps and is no need: refused, it is empty. Raises Stopped."""
        try:
            return (yield from self.rows(request, within))
        except Unreadable:
            return []
        except Stopped as stopped:
            if isinstance(stopped.verdict, Refused):
                return []
            raise

    def stop_unless_done(self, answer: Answer) -> None:
        """Raises Stopped with what an answer means, where it is not success."""
        verdict = self.judge(answer)
        if not isinstance(verdict, Done):
            raise Stopped(verdict)

    def may_create(self, access: Access) -> Conversation:
        """See `Creating.may_create`."""
        if missing := self.wanting(access):
            wanted = f"HELIOGRAPH_{self.setting} has {', '.join(missing)}"
            return Refused(f"{self.name} takes no ticket until {wanted}.")
        try:
            answer = yield self.permit(access)
            verdict = self.judge(answer)
            found = read_object(answer.body or b"{}") if isinstance(verdict, Done) else Members({})
            lack = self.lacking(found, access) if isinstance(verdict, Done) else ""
        except Unreadable as unreadable:
            return Refused(f"{self.name} answered, but not as its API does. {unreadable}")
        return Refused(lack) if lack else verdict


def name_in(row: Members, member: str, what: str = "ticket") -> str:
    """What the system calls the ticket it made. Raises Unreadable."""
    found = row.identifier(member)
    if found is None:
        message = f"The {what} it made has no {member}."
        raise Unreadable(message)
    return found


def not_before(opening: Opening) -> str:
    """The second before which no ticket of ours is (UTC); empty where that is not known."""
    return "" if opening.since is None else (opening.since - _SKEW).strftime("%Y-%m-%dT%H:%M:%SZ")


def first_of(words: Iterable[str], known: Container[str]) -> str | None:
    """The first of the policy's words that the system knows."""
    return next((word for word in words if word in known), None)


def listed(wished: object, ours: Iterable[str]) -> str:
    """Names with commas between them; what is wished for may be a list as well."""
    given = wished.split(",") if isinstance(wished, str) else wished
    theirs = [str(name).strip() for name in given] if isinstance(given, list) else []
    return ",".join(dict.fromkeys(filter(None, (*theirs, *ours))))


def over(wished: Mapping[str, object], ours: Mapping[str, object]) -> dict[str, object]:
    """Ours over what is wished for; of two lists (tags) both, of two objects all members."""
    laid = {**wished, **ours}
    for name in wished.keys() & ours.keys():
        theirs, mine = wished[name], ours[name]
        if isinstance(theirs, list) and isinstance(mine, list):
            laid[name] = list(dict.fromkeys([*theirs, *mine]))
        elif isinstance(theirs, dict) and isinstance(mine, dict):
            laid[name] = over(theirs, mine)
    return laid
