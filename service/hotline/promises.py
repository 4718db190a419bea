"""Promised calls that another call keeps: nobody rings for them any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from routing.hotline_call import HangUpResponder
from routing.hotline_callback import Callback, SpokeElsewhere, step
from service.hotline import keeping
from service.store.pool import AnyConnection
from service.store.sql import query


def key_of(promise: str, leg: int) -> str:
    """The key of a call that brings a responder to a promise."""
    return f"hotline/{promise}/back/{leg}"


async def keep(
    conn: AnyConnection, case: str | None, number: str | None, person: str, now: datetime
) -> Sequence[Callback]:
    """The promises that `person` keeps by being connected with `number` (E.164; None: hidden) now.

    Written in the caller's transaction, so that it is true of both calls or of none.
    """
    kept = []
    for row in await conn.fetch(query("open_callbacks_to"), case, number):
        before = keeping.decode_callback(row["body"])
        turn = step(before, SpokeElsewhere(person), now)
        if turn.callback == before:
            continue
        await keeping.update_callback(conn, turn.callback, row["version"])
        for act in turn.acts:
            if isinstance(act, HangUpResponder):
                await hang_up(conn, key_of(before.id, act.leg), now)
        kept.append(turn.callback)
    return kept


async def hang_up(conn: AnyConnection, key: str, now: datetime) -> None:
    """A call of ours under this key is not made, or rings no more."""
    await conn.execute(query("cancel_call"), key, now)
    await conn.execute(query("cancel_ringing_call"), key, now)
