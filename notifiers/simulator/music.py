"""What somebody hears who waits."""

from collections.abc import Callable
from dataclasses import replace

from notifiers.simulator.conversation import Conversation
from notifiers.simulator.leg import Source
from notifiers.simulator.webhook import Fields

_DULL = 1.0
"""Seconds that one round takes at least, however little the document asks for."""


async def music(
    conversation: Conversation, source: Source, place: Callable[[], Fields] = tuple
) -> None:
    """Ask for the waiting document and play it, again and again, until cancelled.

    `place` gives the fields that tell how the waiting goes. Raises what the document's verbs do.
    """
    timers = conversation.switch.timers
    while True:
        begun = timers.now()
        await Conversation(conversation.switch, conversation.leg).run(
            replace(source, extra=tuple(place()))
        )
        await timers.sleep(_DULL - (timers.now() - begun).total_seconds())
