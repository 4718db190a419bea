"""What time does to calls and promises; the worker calls `tick` with every look."""

from __future__ import annotations

from datetime import timedelta

import structlog

from routing.hotline_call import HungUp, Owned
from routing.hotline_callback import Looked, TooLate
from service.hotline.callbacks import Callbacks
from service.hotline.helping import Helping
from service.hotline.line import Line
from service.hotline.outbound import Outbound
from service.hotline.texts import Texts
from service.store.sql import query
from service.wiring import Service

MOST = 50
GRACE = timedelta(seconds=3)
"""Who has just taken a page by telephone is on the line already: he is given time to say so."""
log = structlog.get_logger(__name__)


async def tick(service: Service) -> None:
    """Callers who went silent, owners who must come to a line, promises due, texts to be noted."""
    line, callbacks = Line(service), Callbacks(service)
    now, wall = service.clock.now(), service.clock.wall()
    async with service.pool.acquire() as conn:
        quiet = await conn.fetch(query("quiet_hotline_calls"), wall, MOST)
        owned = await conn.fetch(query("owned_hotline_calls"), now - GRACE, MOST)
        due = await conn.fetch(query("due_hotline_callbacks"), now, now - GRACE, MOST)
    for row in quiet:
        await line.tell(row["id"], HungUp())
    for row in owned:
        await line.tell(row["id"], Owned(row["owner"]))
    await Helping(service).tick(now)
    await Outbound(service).tick()
    for row in due:
        try:
            await callbacks.tell(row["id"], Looked(row["owner"], row["live"]))
        except TooLate as late:
            log.info("hotline_promise_settled", callback=row["id"], said=str(late))
    await Texts(service).note_unanswered()
