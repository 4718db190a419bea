"""Escalation: whom to page, in which order, until somebody answers.

Theory of operation. A round walks the steps of an escalation policy. A step pages the people its
targets mean at that instant and waits; a step that means nobody is passed at once; a step whose
every page is declined or unreachable ends at once. After the last step the next round begins, and
after the last round the case is `exhausted`: the duty manager is paged, again and again.
"""

from __future__ import annotations

from datetime import timedelta

from routing import page as pages
from routing import posting
from routing.book import find, wanted_by
from routing.case import Purpose, Round, State
from routing.choosing import next_hour, route_policy
from routing.event import ContactRefused
from routing.facts import facts
from routing.ledger import Ledger
from routing.paging import contact, expire, lost, open_pages, purpose_of, put, stand_down
from routing.policy import EscalationPolicy, Step, StepTarget
from routing.preference import skilled
from routing.rule import matches
from routing.value import replace

MOST_HELD = 12
"""How often a step may begin anew because nothing of it has left."""
OUTAGE = timedelta(minutes=1)
"""A step that ends this late ended while we were away."""
SOON = timedelta(minutes=5)
"""How long a case rests whose duty manager's page was refused: the provider may be at fault."""
FIRST_WAIT = timedelta(minutes=5)
"""How long someone asked by name is waited for where the policy has no step to tell."""

_ENGINEERING = EscalationPolicy(
    "engineering", (Step((StepTarget("engineering"),), timedelta(minutes=15)),), rounds=2
)
_NOBODY = EscalationPolicy("none", ())


def policy_of(ledger: Ledger, name: str | None, purpose: Purpose) -> EscalationPolicy:
    found = ledger.book.policy.escalation_policies.get(name or "")
    if found is None:
        return _ENGINEERING if purpose is Purpose.ENGINEERING else _NOBODY
    return found


def start(
    ledger: Ledger,
    purpose: Purpose,
    policy: str | None,
    why: str,
    first: tuple[str, ...] = (),
    region: str | None = None,
    without: str | None = None,
) -> None:
    """Begin a new round of pages; `first` are asked before the policy's own steps."""
    expire(ledger)
    chosen = policy_of(ledger, policy, purpose)
    wait = chosen.steps[0].wait if chosen.steps else FIRST_WAIT
    ledger.set(
        remind_at=None,
        round=Round(
            purpose,
            chosen.id,
            -1,
            1,
            ledger.now + wait,
            region,
            declined=(without,) if without else (),
            first_turn=ledger.case.turn + 1,
        ),
    )
    ledger.say("escalation", why, policy=chosen.id)
    if first and open_pages(ledger, dict.fromkeys(first, why)):
        return
    next_step(ledger, "")


def next_step(ledger: Ledger, why: str) -> None:
    """Go to the next step that means somebody; past the last round nobody is left: exhausted."""
    expire(ledger)
    current = ledger.case.round
    if current is None:
        return
    steps = policy_of(ledger, current.policy, current.purpose)
    for number in range(current.number, steps.rounds + 1):
        begin = current.step + 1 if number == current.number else 0
        for index in range(begin, len(steps.steps)):
            if _begin(ledger, steps.steps[index], index, number, why):
                return
    exhaust(ledger)


def wait_on(ledger: Ledger) -> bool:
    """Nothing of this step has left: its time begins anew. False when that has lasted too long.

    Whoever was never asked cannot have been silent. After an outage the step itself begins anew,
    with whoever is on call by now, and what was queued for it before is not sent beside it.
    """
    current = ledger.case.round
    if current is None or current.held >= MOST_HELD or not ledger.case.waited_for:
        return False
    held, due = replace(current, held=current.held + 1), current.due_at
    ledger.say("waiting", "its page has not left yet, so the step begins anew", due_at=due)
    if current.step >= 0 and ledger.now - due > OUTAGE:
        stand_down(ledger)
        ledger.set(round=replace(held, step=current.step - 1))
        next_step(ledger, "")
    else:
        steps = policy_of(ledger, current.policy, current.purpose).steps
        wait = steps[max(current.step, 0)].wait if steps else FIRST_WAIT
        ledger.set(round=replace(held, due_at=ledger.now + wait))
    return True


def _begin(ledger: Ledger, step: Step, index: int, number: int, why: str) -> bool:
    """Begin one step; False when it means nobody now, so that the next is tried at once."""
    current = ledger.case.round
    if current is None:
        return False
    declined = current.declined if number == current.number else ()
    due = ledger.now + step.wait
    begun = replace(current, step=index, number=number, due_at=due, declined=declined)
    if current.purpose is Purpose.PAGE:
        sun = ledger.book.sun(ledger.case, ledger.now)
        ledger.set(round=begun, acting_region=sun.id if sun else None)
    else:
        ledger.set(round=begun)
    name = f"step {index + 1}" + (f", round {number}" if number > 1 else "")
    if not _applies(ledger, step):
        ledger.say("skipped", f"{name} does not apply now")
        return False
    posting.post(ledger, step.targets, why or f"{name} of {current.policy}")
    wanted = wanted_by(step, ledger.book, ledger.case, ledger.now, declined, why)
    if not wanted:
        ledger.say("skipped", f"{name} has nobody to page now; the next step begins at once")
        return False
    rounds = policy_of(ledger, current.policy, current.purpose).rounds
    return open_pages(ledger, skilled(ledger.book, ledger.case, wanted, last=number >= rounds))


def _applies(ledger: Ledger, step: Step) -> bool:
    if step.when is None:
        return True
    known = facts(ledger.case, ledger.book, ledger.now)
    return matches(step.when, known, ledger.book.policy.calendars)


def exhaust(ledger: Ledger) -> None:
    """The end of the last round is loud, and written on the ticket once."""
    case, purpose = ledger.case, purpose_of(ledger)
    told = case.round is not None and case.round.told
    ledger.set(round=None)
    if purpose is Purpose.HANDOVER and case.state is State.ENGINEERING:
        _unrelieved(ledger)
        return
    if purpose is not Purpose.ENGINEERING and route_policy(ledger) is None:
        _let_be(ledger, purpose)
        return
    if purpose in {Purpose.PAGE, Purpose.ASK}:
        ledger.set(state=State.EXHAUSTED, owner=None, owner_since=None)
    remind(ledger)
    if not told:
        paged = "The duty manager is paged." if ledger.case.waited_for else "Paging begins again."
        ledger.write(f"Nobody on call has answered for {case.id}. {paged}")


def _let_be(ledger: Ledger, purpose: Purpose) -> None:
    """Nobody answered for a case that no duty manager is to be woken for."""
    if purpose is Purpose.HANDOVER:
        words = f"Nobody has taken {ledger.case.id} over; it is still yours."
        ledger.announce(ledger.case.owner or "", words)
    else:
        ledger.say("held", "nobody answered, and by its route nobody else is paged")
        ledger.set(state=State.HELD, owner=None, owner_since=None)


def _unrelieved(ledger: Ledger) -> None:
    """Sustained Engineering has the item and nobody takes the customer over: asked again soon."""
    case, again = ledger.case, ledger.now + ledger.book.policy.reminder
    found = find(ledger.book, case, StepTarget("duty_manager"), ledger.now)
    words = f"Nobody has taken {case.id} over from {ledger.book.name(case.owner)}."
    for person in dict.fromkeys((*((case.owner,) if case.owner else ()), *found.people)):
        ledger.announce(person, words)
    ledger.say("exhausted", words)
    ledger.set(handover_at=again)


def remind(ledger: Ledger, *, unsent: bool = False) -> None:
    """Page the duty manager, now and again, until somebody answers: a case never goes quiet.

    What is paged for in its hours only is quiet in between. A page that has not left yet (`unsent`)
    still is the one to come.
    """
    due = ledger.case.remind_at
    ledger.set(remind_at=next_hour(ledger, ledger.now + ledger.book.policy.reminder))
    if unsent and ledger.case.waited_for:
        ledger.say("waiting", "the duty manager's page has not left yet", due_at=due)
        return
    expire(ledger)
    found = find(ledger.book, ledger.case, StepTarget("duty_manager"), ledger.now)
    ledger.say("exhausted", f"nobody answered for {ledger.case.id}: duty manager", due_at=due)
    reason = "duty manager: nobody else answered"
    posting.post(ledger, ledger.book.policy.duty_manager, reason)
    if not found.people or not open_pages(ledger, dict.fromkeys(found.people, reason)):
        _again(ledger, ledger.book.policy.reminder)


def _again(ledger: Ledger, rest: timedelta) -> None:
    """No duty manager can be reached either: after a rest the escalation begins again."""
    ledger.say("exhausted", "no duty manager can be reached; the escalation begins again")
    policy, case = ledger.book.policy, ledger.case
    purpose = purpose_of(ledger)
    name = route_policy(ledger)
    if purpose is Purpose.ENGINEERING:
        name = policy.engineering.escalation
    due = next_hour(ledger, ledger.now + rest)
    ledger.set(
        remind_at=None,
        round=Round(purpose, name or "", -1, 1, due, first_turn=case.turn + 1, told=True),
    )


def refused(ledger: Ledger, event: ContactRefused) -> None:
    """A contact could not be made: the next one at once, or the next step at once."""
    turn, person, method, attempt = event.turn, event.person, event.method, event.attempt
    page = next((p for p in ledger.case.pages if (p.turn, p.person) == (turn, person)), None)
    if page is None:
        return
    wanted = page.open
    page = pages.refuse(
        page, method, attempt, event.reason, ledger.now,
        dead=event.dead, instead=_ways(ledger, person, event.instead),
    )  # fmt: skip
    put(ledger, page)
    name = ledger.book.name(person)
    ledger.say("refused", f"{method} to {name} failed: {event.reason}", person, turn=str(turn))
    if not wanted:
        return
    if not page.open:
        lost(ledger, page, pages.lost_how(page))
    if not page.open or contact(ledger):
        step_over_if_done(ledger, f"{name} {pages.lost_how(page)}")
        if ledger.case.remind_at is not None and not ledger.case.waited_for:
            _again(ledger, min(SOON, ledger.book.policy.reminder))


def _ways(ledger: Ledger, person: str, channel: str) -> tuple[str, ...]:
    """The person's methods of a channel that work."""
    known = ledger.book.people.get(person)
    methods = known.contact_methods if known and channel else ()
    return tuple(m.id for m in methods if m.usable and m.type == channel)


def step_over_if_done(ledger: Ledger, why: str) -> None:
    """A page has ended: when nobody of this step can answer any more the next does not wait."""
    if ledger.case.round is not None and not ledger.case.waited_for:
        next_step(ledger, why)
