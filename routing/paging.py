"""The pages of a case: opened for people, begun contact by contact, ended.

Theory of operation. `turn` numbers the openings and never goes back, so that every contact has a
key of its own: case, turn, person, method, attempt. Who is paged, and why, `escalation` says.
"""

from __future__ import annotations

from routing import page as pages
from routing import quiet
from routing.case import Purpose, State
from routing.event import Contact, StandDown
from routing.ledger import Ledger
from routing.page import Page, PageState
from routing.words import label

KEPT = 40
"""Pages of a case that are kept, besides those that are needed still."""


def open_pages(ledger: Ledger, wanted: dict[str, str], asked_by: str | None = None) -> bool:
    """Open a page for each person and begin the first contacts; False if nobody can be reached.

    `asked_by` has them paged to help.
    """
    turn = ledger.case.turn + 1
    urgency = _urgency(ledger)
    new: list[Page] = []
    for person_id, why in wanted.items():
        person = ledger.book.people.get(person_id)
        if person is None:
            continue
        page = pages.begin(person, turn, urgency, why, ledger.now, asked_by)
        page = quiet.held(ledger, page, person, urgency)
        new.append(page)
        if page.open:
            ledger.say("paged", f"paging {person.name}: {why}", person_id, turn=str(turn))
        else:
            ledger.say("unreachable", f"{person.name} has no contact method that works", person_id)
    ledger.set(turn=turn, pages=(*_kept(ledger), *new))
    quiet.wait(ledger)
    contact(ledger)
    return any(page.open for page in new)


def release(ledger: Ledger) -> bool:
    """Begin what quiet hours may hold no longer; True if somebody turned out to be beyond reach."""
    held = any(p.held_until is not None and p.open for p in ledger.case.pages)
    return held and quiet.released(ledger, _urgency(ledger)) and contact(ledger)


def _kept(ledger: Ledger) -> tuple[Page, ...]:
    """Pages stay as long as they matter: the last, the open ones, what ends right now."""
    pages_of = ledger.case.pages
    if len(pages_of) <= KEPT:
        return pages_of
    old = (p for p in pages_of[:-KEPT] if p.open or p.closed_at == ledger.now)
    return (*old, *pages_of[-KEPT:])


def _urgency(ledger: Ledger) -> str:
    severity = ledger.book.policy.severity(ledger.case.severity)
    return severity.urgency if severity else "urgent"


def contact(ledger: Ledger) -> bool:
    """Begin every contact that is due; True if somebody turned out to be beyond reach."""
    lost = [page for page in ledger.case.open_pages if not _contact(ledger, page).open]
    return bool(lost)


def _contact(ledger: Ledger, page: Page) -> Page:
    person = ledger.book.people.get(page.person)
    if person is None:
        page = pages.close(page, PageState.UNREACHABLE, ledger.now)
        put(ledger, page)
        lost(ledger, page, "is not in the directory any more")
        return page
    known = page
    while True:
        before = page
        page, tried = pages.take_due(before, person, ledger.now)
        if tried is None:
            break
        how = (tried.method, tried.channel, tried.attempt)
        purpose = "join" if page.asked_by else purpose_of(ledger).value
        ledger.do(Contact(page.turn, person.id, *how, purpose))
        words = f"{tried.channel} to {person.name}"
        ledger.say("contact", words, person.id, before.wake_at, method=tried.method)
    if page is not known:
        put(ledger, page)
    if not page.open:
        lost(ledger, page, pages.lost_how(page))
    return page


def lost(ledger: Ledger, page: Page, how: str) -> None:
    name = ledger.book.name(page.person)
    ledger.say("unreachable", f"{name} {how}", page.person, turn=str(page.turn))
    if page.asked_by is not None:
        ledger.announce(page.asked_by, f"{name} {how}: {label(ledger.case)}.")


def purpose_of(ledger: Ledger) -> Purpose:
    """What an answer means now; after the last round the state still tells."""
    case = ledger.case
    if case.round is not None:
        return case.round.purpose
    if case.state is State.ENGINEERING:
        return Purpose.ENGINEERING
    return Purpose.HANDOVER if case.state is State.ACKNOWLEDGED else Purpose.PAGE


def put(ledger: Ledger, page: Page) -> None:
    """Replace the page of the same turn and person."""
    key, known = (page.turn, page.person), ledger.case.pages
    ledger.set(pages=tuple([page if (p.turn, p.person) == key else p for p in known]))


def expire(ledger: Ledger) -> None:
    """The step has passed: nobody of it is contacted again, but an answer still counts."""
    for page in ledger.case.waited_for:
        put(ledger, pages.close(page, PageState.EXPIRED, ledger.now))
        name = ledger.book.name(page.person)
        quietly = page.held_until is not None and not page.tried
        how = "was not reached in quiet hours" if quietly else "did not answer"
        ledger.say("expired", f"{name} {how}", page.person, turn=str(page.turn))


def answered(ledger: Ledger, person: str, state: PageState) -> bool:
    """Note the answer on the person's latest page; True if the page was still open."""
    latest = ledger.case.page_of(person)
    if latest is None or state not in pages.MOVES[latest.state]:
        return False
    put(ledger, pages.close(latest, state, ledger.now))
    return latest.open


def stand_down(ledger: Ledger) -> None:
    """Nobody is wanted any more: close every open page, cancel what is queued or ringing."""
    case, over = ledger.case, PageState.STOOD_DOWN
    for page in case.open_pages:
        ledger.say("stood_down", f"{ledger.book.name(page.person)} is stood down", page.person)
    if case.turn:
        ledger.do(StandDown())
    closed = [pages.close(p, over, ledger.now) if p.open else p for p in case.pages]
    ledger.set(round=None, remind_at=None, pages=tuple(closed))
