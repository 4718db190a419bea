"""The Sustained Engineering queue (R104 to R112).

Theory of operation. An item walks the stages of one table; no stage ends without its customer
update on the ticket, so each move queues one in the same decision. `returned` leaves the queue from
any stage before `released` and the case is support's again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from routing import escalation, placing
from routing.case import Item, Purpose, Stage, State
from routing.event import Advance, Refusal
from routing.ledger import Ledger

MOVES: dict[tuple[Stage, str], Stage] = {
    (Stage.QUEUED, "claim"): Stage.REVIEWING,
    (Stage.REVIEWING, "claim"): Stage.REVIEWING,
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
"""(stage, action) to the next stage; what is not here is refused with a sentence."""

NEEDS = {
    "confirm": "a pull request link",
    "plan": "the plan",
    "release": "the version",
    "return": "a reason",
}
"""Actions that say something, and what (R106, R109, R111)."""

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
    escalation.stand_down(ledger)
    case = ledger.case
    ledger.set(
        state=State.ENGINEERING,
        engineering=Item(Stage.QUEUED, ledger.now, reason, stage_at=ledger.now),
        engineering_at=None,
        hold_until=None,
        snooze_until=None,
        owner_due=None,
    )
    ledger.say("engineering", f"to the Sustained Engineering queue: {reason}", by, stage="queued")
    ledger.write(_update(ledger, Stage.QUEUED, reason), public=True, status="on_hold")
    ledger.write(f"{case.id} is with Sustained Engineering: {reason}")
    policy = ledger.book.policy.engineering.escalation
    escalation.start(ledger, Purpose.ENGINEERING, policy, reason)


def available(ledger: Ledger) -> bool:
    rules = ledger.book.policy.engineering
    return bool(rules.schedule or rules.escalation)


def _update(ledger: Ledger, stage: Stage, detail: str) -> str:
    words = ledger.book.policy.engineering.updates.get(stage.value) or UPDATES[stage]
    return words.replace("{detail}", detail).replace("{case}", ledger.case.id).strip()


def claim(ledger: Ledger, person: str) -> None:
    """An engineer takes the item: whoever is paged for it is stood down."""
    item = ledger.case.engineering
    if item is None:
        return
    escalation.stand_down(ledger)
    told = item.stage is Stage.QUEUED
    ledger.set(
        engineering=replace(item, stage=Stage.REVIEWING, engineer=person, stage_at=ledger.now)
    )
    name = ledger.book.name(person)
    ledger.say("engineering", f"{name} claims the item", person, stage=Stage.REVIEWING.value)
    ledger.write(f"{name} has taken {ledger.case.id} in Sustained Engineering.")
    if told:
        ledger.write(_update(ledger, Stage.REVIEWING, ""), public=True)


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
    if stage is Stage.REVIEWING:
        claim(ledger, event.person)
        return
    _move(ledger, item, stage, event)


def _move(ledger: Ledger, item: Item, stage: Stage, event: Advance) -> None:
    detail = event.detail.strip()
    ledger.set(
        engineering=replace(
            item,
            stage=stage,
            stage_at=ledger.now,
            pull_request=detail if stage is Stage.CONFIRMED else item.pull_request,
            plan=detail if stage is Stage.PLANNED else item.plan,
            version=detail if stage is Stage.RELEASED else item.version,
            returned=detail if stage is Stage.RETURNED else item.returned,
        )
    )
    name = ledger.book.name(event.person)
    ledger.say("engineering", f"{name}: {stage}. {detail}".strip(), event.person, stage=stage.value)
    if stage is Stage.RETURNED:
        ledger.write(f"Returned to support by {name}: {detail}")
        ledger.write(_update(ledger, stage, detail), public=True, status="open")
        escalation.stand_down(ledger)
        ledger.set(state=State.HELD, owner=None, owner_since=None)
        placing.place(ledger, f"Sustained Engineering returned it: {detail}")
    else:
        ledger.write(_update(ledger, stage, detail), public=True)
        if stage is Stage.RELEASED:
            escalation.stand_down(ledger)
            ledger.set(state=State.WAITING)


NUDGE = timedelta(hours=24)
"""An item nobody moves is asked about again this often."""
