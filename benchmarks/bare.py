"""The measure for accepting: a bare litestar handler that does one durable insert."""

from __future__ import annotations

import os
from typing import Any

import asyncpg
from litestar import Litestar, Request, post
from litestar.datastructures import State


@post("/webhooks/zendesk", status_code=202)
async def take(request: Request[Any, Any, Any], state: State) -> dict[str, bool]:
    body = await request.body()
    await state.pool.execute("insert into bare (body) values ($1)", body)
    return {"duplicate": False}


async def start(app: Litestar) -> None:
    app.state.pool = await asyncpg.create_pool(os.environ["BARE_URL"], min_size=12, max_size=12)
    await app.state.pool.execute(
        "create table if not exists bare (id bigint generated always as identity, body bytea)"
    )


app = Litestar([take], on_startup=[start])
