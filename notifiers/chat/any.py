"""The chat there is, for channels of which the policy says the name alone."""

from __future__ import annotations

from dataclasses import replace

from notifiers.chat.hook import Hook
from notifiers.notifier import Accepted, Message, Outcome, Refused, Unclear

CHANNEL = "chat"


class AnyChat:
    """Posts as another one does."""

    channel = CHANNEL

    def __init__(self, hook: Hook) -> None:
        self._hook = hook
        self.sender = hook.sender

    async def send(self, message: Message) -> Outcome:
        """The hook's own channel where the product lets nobody choose another."""
        to = message.to if self._hook.places else ""
        return await self._hook.send(replace(message, to=to))

    async def find(self, message: Message) -> Accepted | Unclear | None:
        return await self._hook.find(message)

    async def cancel(self, ref: str) -> Refused | Unclear | None:
        return await self._hook.cancel(ref)

    async def close(self) -> None:
        await self._hook.close()
