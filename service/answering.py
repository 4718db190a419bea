"""What a reply asks for, as an event of the case it means."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from routing.event import (
    Acknowledge,
    AddResponder,
    Decline,
    Escalate,
    Event,
    Note,
    Reassign,
    Refusal,
    Resolve,
    Snooze,
    TakeOver,
)
from routing.people import Person
from routing.reply import Reply, Verb
from service.choosing import Paged
from service.naming import named

SAID = {
    Verb.ACKNOWLEDGE: "ACK",
    Verb.DECLINE: "DECLINE",
    Verb.ESCALATE: "ESC",
    Verb.RESOLVE: "RESOLVE",
    Verb.STATUS: "STATUS",
    Verb.SNOOZE: "SNOOZE",
    Verb.REASSIGN: "TO",
    Verb.ADD: "ADD",
    Verb.TAKE: "TAKE",
    Verb.NOTE: "NOTE",
}
"""How an answer begins: the word that was understood."""
MENU = (
    "Reply 1 CODE to take, 2 decline, 3 engineering, R resolve, ? list, Z 30 snooze, "
    "TO name give, ADD name page too, TAKE take over, N words note, ACK ALL."
)
PLAIN: dict[Verb, Callable[[str, str], Event]] = {
    Verb.ACKNOWLEDGE: Acknowledge,
    Verb.DECLINE: Decline,
    Verb.ESCALATE: Escalate,
    Verb.RESOLVE: Resolve,
    Verb.TAKE: TakeOver,
}


def event_of(reply: Reply, page: Paged, via: str, people: Mapping[str, Person]) -> Event:
    """Raises Refusal, with the sentence of what is missing, where something is."""
    match reply.verb:
        case Verb.SNOOZE:
            return _snooze(reply, page)
        case Verb.REASSIGN:
            return Reassign(page.person, named(reply.who, people).id)
        case Verb.ADD:
            return AddResponder(page.person, named(reply.who, people).id)
        case Verb.NOTE:
            return Note(page.person, reply.remark)
        case _:
            return PLAIN[reply.verb](page.person, via)


def _snooze(reply: Reply, page: Paged) -> Snooze:
    if reply.minutes is None:
        how = f"Z 30 {page.code} for half an hour, Z 2h {page.code} for two hours"
        raise Refusal(f"For how long? Reply {how}. Nothing was changed.")
    return Snooze(page.person, reply.minutes)
