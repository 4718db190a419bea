"""What a step wants done in the database: texts, promises and calls to responders.

All of it is rows under natural keys, written in the transaction that saves the step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from routing.hotline_call import (
    Act,
    Call,
    CallResponder,
    HangUpResponder,
    KeepRecording,
    PromiseCallback,
    Tell,
)
from routing.hotline_callback import Callback
from routing.hotline_prompt import Fact, Prompt
from routing.hotline_room_events import CallHelper, Met, NobodyCame
from routing.hotline_telling import worded
from routing.people import Person
from routing.policy import HotlineRules
from service.hotline import keeping, promises
from service.library import Shelf
from service.store import codec
from service.store.pool import AnyConnection
from service.store.sql import query

PATIENCE = timedelta(minutes=5)
LINE, HELP = "line", "help"
"""In the keys of calls that bring an owner to a caller, or somebody into their conversation."""


async def act(
    conn: AnyConnection, call: Call, acts: Sequence[Act], shelf: Shelf, now: datetime
) -> None:
    for wanted in acts:
        match wanted:
            case Tell(key, facts):
                await text(conn, call, key, facts, shelf.current.hotline, now)
            case PromiseCallback(deadline):
                await _promise(conn, call, deadline, now)
            case KeepRecording(name, seconds):
                row = (name, call.id, call.case, call.account, seconds, now)
                await conn.execute(query("keep_recording"), *row)
            case Met(person):
                await promises.keep(conn, call.case, call.number, person, now)
            case NobodyCame(person):
                key = f"hotline/{call.id}/nobody/{call.help_legs}"
                facts = {"case": call.case or ""}
                words = worded(shelf.current.hotline, Prompt("nobody_came_text", facts))
                await text_to(conn, key, call.case, shelf.people.get(person), words, now)
            case CallResponder() | CallHelper() | HangUpResponder():
                await _line(conn, call, wanted, shelf, now)


async def _line(
    conn: AnyConnection,
    call: Call,
    wanted: CallResponder | CallHelper | HangUpResponder,
    shelf: Shelf,
    now: datetime,
) -> None:
    what = HELP if isinstance(wanted, CallHelper) else LINE
    key = f"hotline/{call.id}/{what}/{wanted.leg}"
    if isinstance(wanted, HangUpResponder):
        await promises.hang_up(conn, key, now)
    else:
        await ring(conn, key, call.case, shelf.people.get(wanted.person), now)


async def text_to(
    conn: AnyConnection,
    key: str,
    case: str | None,
    person: Person | None,
    words: str,
    now: datetime,
) -> None:
    """A text to somebody of ours, where he can be texted."""
    methods = person.contact_methods if person else ()
    to = next((m.address for m in methods if m.usable and m.type == "sms"), None)
    if person is not None and to is not None:
        payload = codec.encode({"to": to, "text": words})
        await _put(conn, key, case, "sms", "announce", person.id, payload, now)


async def text(
    conn: AnyConnection,
    call: Call | Callback,
    key: str,
    facts: Mapping[str, Fact],
    rules: HotlineRules,
    now: datetime,
    times: int = 1,
) -> None:
    """A text to the caller's number, if he shows one."""
    if call.number is None:
        return
    words = worded(rules, Prompt(key, facts), call.language)
    await text_number(conn, f"hotline/{call.id}/{key}/{times}", call.case, call.number, words, now)


async def text_number(
    conn: AnyConnection, key: str, case: str | None, number: str, words: str, now: datetime
) -> None:
    """A text to a customer's number (E.164)."""
    payload = codec.encode({"to": number, "text": words})
    await _put(conn, key, case, "sms", "announce", None, payload, now)


async def ring(
    conn: AnyConnection, key: str, case: str | None, person: Person | None, now: datetime
) -> None:
    """Call a responder to a caller's line."""
    number = number_of(person)
    if person is None or number is None:
        return
    payload = codec.encode({"to": number, "text": f"The hotline calls {person.name}."})
    await _put(conn, key, case, "voice", "bridge", person.id, payload, now)


async def dial(
    conn: AnyConnection, key: str, case: str | None, number: str, shown: str | None, now: datetime
) -> None:
    """Call a customer, showing a number of ours that may be called back."""
    payload = codec.encode({"to": number, "text": "The hotline calls a contact.", "shown": shown})
    await _put(conn, key, case, "voice", "bridge", None, payload, now)


def number_of(person: Person | None) -> str | None:
    """The telephone somebody is called on: his voice method, else the one he reads texts on."""
    methods = [m for m in person.contact_methods if m.usable] if person else []
    calls = [m.address for m in methods if m.type == "voice"]
    return next(iter([*calls, *(m.address for m in methods if m.type == "sms")]), None)


async def _put(
    conn: AnyConnection,
    key: str,
    case: str | None,
    channel: str,
    kind: str,
    person: str | None,
    payload: str,
    now: datetime,
) -> None:
    row = (
        key, case, channel, kind, channel, person, None, None, None, 0, payload, now, now,
        now + PATIENCE,
    )  # fmt: skip
    await conn.execute(query("insert_outbox"), *([value] for value in row))


async def _promise(conn: AnyConnection, call: Call, deadline: datetime, now: datetime) -> None:
    if call.number is None or call.case is None:
        return
    promise = Callback(
        call.id, call.case, call.number, now, deadline, deadline, account=call.account,
        account_name=call.account_name, plan=call.plan, language=call.language,
    )  # fmt: skip
    await keeping.insert_callback(conn, promise)
