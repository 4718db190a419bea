"""Calls and promises as rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.hotline_call import Call, State
from routing.hotline_callback import Callback
from service.store import codec
from service.store.pool import AnyConnection
from service.store.sql import query

_call = codec.decoder(Call)
_callback = codec.decoder(Callback)
QUIET = {
    State.CONNECTING: timedelta(seconds=30),
    State.RECORDING: timedelta(minutes=5),
    State.BRIDGED: timedelta(hours=4),
}
"""How long nothing may be heard of a caller before he is taken to have hung up."""
QUIET_ELSE = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class Stored:
    call: Call
    version: int
    answer: bytes
    seen_at: datetime | None
    """When his engineer, who waits for him, was heard of."""
    quiet_at: datetime | None

    def due(self, wall: datetime) -> bool:
        """Whether half of the silence he is given would be over."""
        return self.quiet_at is not None and self.quiet_at - wall < _patience(self.call) / 2


def decode(body: str) -> Call:
    return _call(body)


def decode_callback(body: str) -> Callback:
    return _callback(body)


async def load(conn: AnyConnection, call: str) -> Stored | None:
    return (await look(conn, call))[0]


async def look(conn: AnyConnection, call: str) -> tuple[Stored | None, int]:
    """The call, and the generation of what processes keep in memory (`Library.at`)."""
    row = await conn.fetchrow(query("hotline_call"), call)
    if row is None:
        raise LookupError("The database has no generation: it is not migrated.")
    if row["version"] is None:
        return None, row["generation"]
    stored = Stored(
        _call(row["body"]), row["version"], row["answer"], row["seen_at"], row["quiet_at"]
    )
    return stored, row["generation"]


async def insert(conn: AnyConnection, call: Call, answer: bytes, wall: datetime) -> bool:
    """False where the call is there already."""
    made = await conn.fetchval(
        query("insert_hotline_call"), call.id, *_columns(call, wall), answer, codec.encode(call)
    )
    return made is not None


async def update(
    conn: AnyConnection, call: Call, version: int, answer: bytes | None, wall: datetime
) -> bool:
    """False where somebody else was quicker. Without `answer` the last document stays."""
    columns = (*_columns(call, wall), answer, codec.encode(call))
    made = await conn.fetchval(query("update_hotline_call"), call.id, version, *columns)
    return made is not None


async def heard(conn: AnyConnection, stored: Stored, wall: datetime) -> None:
    """Of a caller for whom nothing changed."""
    await conn.execute(query("hotline_heard"), stored.call.id, wall + _patience(stored.call))


def _columns(call: Call, wall: datetime) -> tuple[object, ...]:
    quiet = None if call.ended_at else wall + _patience(call)
    return (
        call.number, call.state.value, call.account, call.case, call.outcome, call.started_at,
        call.ended_at, quiet,
    )  # fmt: skip


def _patience(call: Call) -> timedelta:
    if call.state is State.BRIDGED and not call.met:
        return QUIET[State.CONNECTING]
    return QUIET.get(call.state, QUIET_ELSE)


async def load_callback(conn: AnyConnection, name: str) -> tuple[Callback, int] | None:
    row = await conn.fetchrow(query("hotline_callback"), name)
    return None if row is None else (_callback(row["body"]), row["version"])


async def insert_callback(conn: AnyConnection, callback: Callback) -> None:
    await conn.execute(
        query("insert_hotline_callback"), callback.id, callback.case, callback.account,
        callback.state.value, callback.outcome, callback.promised_at, callback.deadline,
        callback.wake_at, codec.encode(callback),
    )  # fmt: skip


async def update_callback(conn: AnyConnection, callback: Callback, version: int) -> bool:
    """False where somebody else was quicker."""
    made = await conn.fetchval(
        query("update_hotline_callback"), callback.id, version, callback.state.value,
        callback.outcome, callback.wake_at, codec.encode(callback),
    )  # fmt: skip
    return made is not None
