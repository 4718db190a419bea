"""Looking for what an unclear request may have created, and addresses Twilio calls patiently."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

from notifiers.notifier import Accepted, Message, Refused, Unclear
from notifiers.twilio.client import Twilio
from notifiers.twilio.patience import PATIENCE

SKEW = timedelta(seconds=5)
"""How far Twilio's clock, which counts whole seconds, may lie behind ours."""


async def search(
    twilio: Twilio,
    listed: Awaitable[AsyncIterator[Any]],
    message: Message,
    same: Callable[[Any], bool],
) -> Accepted | Unclear | None:
    """Walk a listing (newest first) back to the first try of `message`."""

    async def walk() -> Accepted | None:
        async for thing in await listed:
            if thing.date_created is not None and thing.date_created < message.since - SKEW:
                return None
            if thing.sid not in message.known and same(thing):
                return Accepted(thing.sid)
        return None

    found = await twilio.judge(walk())
    if isinstance(found, Refused):
        return Unclear(f"Twilio could not be asked whether it has it: {found.reason}")
    return found


def patient(url: str | None) -> str | None:
    """Ask Twilio to try this webhook three times on any failure, not only when connecting fails.

    A connection override in the fragment, which is neither sent nor signed:
    https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
    """
    if url is None or "#" in url:
        return url
    return f"{url}{PATIENCE}"
