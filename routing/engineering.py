"""The Sustained Engineering queue (R104 to R112).

Theory of operation. An item walks the stages of one table; no stage ends without its customer
update on the ticket, so each move queues one in the same decision. `returned` leaves the queue from
any stage before `released` and the case is support's again.
"""

from __future__ import annotations

from datetime import datetime

from routing import escalation, handover, paging, placing, posting
from routing.book import find
from routing.case import Item, Purpose, Stage, State
from routing.event import Advance, Refusal
from routing.facts import facts
from routing.holder import relieved
from routing.ledger import Ledger
from routing.rule import matches
from routing.value import replace
from routing.words import instant, label

MOVES: dict[tuple[Stage, str], Stage] = {
    (Stage.QUEUED, "claim"): Stage.REVIEWING,
    (Stage.REVIEWING, "claim"): Stage.REVIEWING,
    (Stage.CONFIRMED, "claim"): Stage.CONFIRMED,
    (Stage.PLANNED, "claim"): Stage.PLANNED,
    (Stage.TESTED, "claim"): Stage.TESTED,
    (Stage.REVIEWING, "confirm"): Stage.CONFIRMED,
    (Stage.CONFIRMED, "plan"): Stage.PLANNED,
    (Stage.PLANNED, "test"): Stage.TESTED,
    (Stage.TESTED, "release"): Stage.RELEASED,
    (Stage.QUEUED, "return"): Stage.RETURNED,
    (Stage.REVIEWING, "return"): Stage.RETURNED,
    (Stage.CONFIRMED, "return"): Stage.RETURNED,
    (Stage.PLANNED, "return"): Stage.RETURNED,
    (Stage.TESTED, "return"): Stage.RETURNED,
}
"""(stage, action) to the next stage; what is not here is refused with a sentence. Whoever claims an
item takes it at the stage it is."""

TAG = "heliograph-engineering"
"""Put on the ticket when its case enters the queue, for the ticket system's own views."""

NEEDS = {
    "confirm": "a pull request link",
    "plan": "the plan",
    "release": "the version",
    "return": "a reason",
}
"""Actions that say something, and what (R106, R109, R111)."""
DETAILS = {
    Stage.CONFIRMED: "pull_request",
    Stage.PLANNED: "plan",
    Stage.RELEASED: "version",
    Stage.RETURNED: "returned",
}
"""Stage to the member of an item that keeps what was said on the way to it."""

UPDATES: dict[Stage, str] = {
    Stage.QUEUED: "Your case is now with our Sustained Engineering team for review.",
    Stage.REVIEWING: "A Sustained Engineer is reviewing your case.",
    Stage.CONFIRMED: "We have confirmed a product issue and work on a fix has begun: {detail}",
    Stage.PLANNED: "Our plan to address the issue: {detail}",
    Stage.TESTED: "The fix has been made and tested internally. {detail}",
    Stage.RELEASED: "The fix is released in version {detail}.",
    Stage.RETURNED: "Sustained Engineering has reviewed your case; support goes on with it.",
}
"""What the customer reads when a stage begins, unless the policy words it otherwise."""


def enter(ledger: Ledger, reason: str, by: str | None) -> None:
    """Queue the case for Sustained Engineering, tell the ticket, page who is on call there."""
    if not available(ledger):
        msg = "this policy has no Sustained Engineering queue. The case stays with support."
        raise Refusal(msg)
    paging.stand_down(ledger)
    case = ledger.case
    ledger.set(
        state=State.ENGINEERING,
        engineering=Item(Stage.QUEUED, ledger.now, reason, stage_at=ledger.now),
        leaders_at=_leaders_at(ledger),
    )
    if case.owner is not None:
        handover.accepted(ledger, None)
    ledger.say("engineering", f"to the Sustained Engineering queue: {reason}", by, stage="queued")
    update = _update(ledger, Stage.QUEUED, reason)
    ledger.write(update, public=True, status="on_hold", tags=(TAG,))
    ledger.write(f"{case.id} is with Sustained Engineering: {reason}")
    page(ledger, reason)


def _leaders_at(ledger: Ledger) -> datetime | None:
    rules, policy = ledger.book.policy.engineering, ledger.book.policy
    known = facts(ledger.case, ledger.book, ledger.now)
    wait = next((t for m, t in rules.leadership if matches(m, known, policy.calendars)), None)
    return None if wait is None else ledger.now + wait


def available(ledger: Ledger) -> bool:
    rules = ledger.book.policy.engineering
    return bool(rules.schedule or rules.escalation)


def _update(ledger: Ledger, stage: Stage, detail: str) -> str:
    words = ledger.book.policy.engineering.updates.get(stage.value) or UPDATES[stage]
    return words.replace("{detail}", detail).replace("{case}", ledger.case.id).strip()


def claim(ledger: Ledger, person: str) -> None:
    """An engineer takes the item, whatever its stage: whoever is paged for it is stood down."""
    item = ledger.case.engineering
    if item is None:
        return
    paging.stand_down(ledger)
    stage = MOVES[item.stage, "claim"]
    kept = item.engineer == person
    stage_at = item.stage_at if stage is item.stage else ledger.now
    ledger.set(engineering=replace(item, stage=stage, engineer=person, stage_at=stage_at))
    name = ledger.book.name(person)
    relieved(ledger, item.engineer, person)
    words = f"{name} is still on it" if kept else f"{name} claims the item"
    ledger.say("engineering", words, person, stage=stage.value)
    if not kept:
        ledger.write(f"{name} has taken {ledger.case.id} in Sustained Engineering.")
    if stage is not item.stage:
        ledger.write(_update(ledger, stage, ""), public=True)


def give_back(ledger: Ledger, person: str) -> None:
    """The engineer cannot go on: others are paged for the item, which stays at its stage."""
    item, name = ledger.case.engineering, ledger.book.name(person)
    if item is None:
        return
    paging.stand_down(ledger)
    ledger.set(engineering=replace(item, engineer=None))
    ledger.write(f"{name} gave {ledger.case.id} back to the Sustained Engineering queue.")
    page(ledger, f"{name} gave it back", without=person)


def page(ledger: Ledger, why: str, first: tuple[str, ...] = (), without: str | None = None) -> None:
    """Page for the item; `first` are asked before the queue's own policy."""
    policy = ledger.book.policy.engineering.escalation
    escalation.start(ledger, Purpose.ENGINEERING, policy, why, first=first, without=without)


def nudge(ledger: Ledger) -> None:
    """Nothing has moved for long: whoever has the item is asked about it first."""
    item = ledger.case.engineering
    if item is not None:
        first = (item.engineer,) if item.engineer else ()
        page(ledger, f"nothing has moved since it was {item.stage}", first=first)


def tell_leaders(ledger: Ledger) -> None:
    """Leadership is told by rule that it still is with Sustained Engineering (R107, R108)."""
    rules, case, item = ledger.book.policy.engineering, ledger.case, ledger.case.engineering
    ledger.set(leaders_at=None)
    if item is None:
        return
    since = instant(item.queued_at, ledger.now)
    words = f"{label(case)} has been with Sustained Engineering since {since}; it is {item.stage}."
    found = (find(ledger.book, case, target, ledger.now).people for target in rules.leaders)
    leaders = tuple(dict.fromkeys(person for people in found for person in people))
    for leader in leaders:
        ledger.announce(leader, words)
    for channel in posting.channels(rules.leaders):
        posting.news(ledger, channel, words)
    names = ", ".join((*map(ledger.book.name, leaders), *posting.channels(rules.leaders)))
    ledger.say("leaders", f"leadership is told: {names or 'nobody is named'}")


def advance(ledger: Ledger, event: Advance) -> None:
    """Move the item one stage; the customer's update is queued with it (R112)."""
    item, case = ledger.case.engineering, ledger.case
    if item is None or case.state is not State.ENGINEERING:
        msg = f"{case.id} is not in the Sustained Engineering queue. Escalate it first."
        raise Refusal(msg)
    stage = MOVES.get((item.stage, event.stage))
    if stage is None:
        can = ", ".join(a for (s, a) in MOVES if s is item.stage) or "nothing more"
        msg = f"{case.id} is {item.stage}, so {event.stage} is not possible. Possible now: {can}."
        raise Refusal(msg)
    if event.stage in NEEDS and not event.detail.strip():
        msg = f"{event.stage} needs {NEEDS[event.stage]}. Nothing was changed."
        raise Refusal(msg)
    if event.stage == "claim":
        ledger.book.require(event.person)
        claim(ledger, event.person)
        return
    _move(ledger, item, stage, event)


def _move(ledger: Ledger, item: Item, stage: Stage, event: Advance) -> None:
    detail = event.detail.strip()
    engineer = item.engineer or (event.person if event.person in ledger.book.people else None)
    if engineer is not None or stage in {Stage.RETURNED, Stage.RELEASED}:
        paging.stand_down(ledger)
    told = {DETAILS[stage]: detail} if stage in DETAILS else {}
    moved = replace(item, stage=stage, stage_at=ledger.now, engineer=engineer, **told)
    ledger.set(engineering=moved)
    name = ledger.book.name(event.person)
    ledger.say("engineering", f"{name}: {stage}. {detail}".strip(), event.person, stage=stage.value)
    if stage is Stage.RETURNED:
        ledger.write(f"Returned to support by {name}: {detail}")
        ledger.write(_update(ledger, stage, detail), public=True, status="open")
        ledger.set(owner=None, owner_since=None)
        placing.place(ledger, f"Sustained Engineering returned it: {detail}")
    else:
        ledger.write(_update(ledger, stage, detail), public=True)
        if stage is Stage.RELEASED:
            ledger.set(state=State.WAITING)
