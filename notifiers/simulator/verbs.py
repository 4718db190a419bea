"""The verbs that connect a call with somebody else, and Record."""

from functools import partial
from xml.etree import ElementTree as ET

from notifiers.simulator.conference import Conferences
from notifiers.simulator.conversation import Conversation, Verb
from notifiers.simulator.dialing import Dialled, Dialling
from notifiers.simulator.leg import CallFailedError, Source
from notifiers.simulator.recording import record
from notifiers.simulator.telephone import Telephone
from notifiers.simulator.waiting import Queues


class Verbs:
    def __init__(self, telephone: Telephone) -> None:
        self.dialling = Dialling(telephone)
        self.conferences = Conferences(telephone.switch)
        self.queues = Queues(telephone.switch, self.dialling)

    def of(self, conversation: Conversation) -> dict[str, Verb]:
        return {
            "Record": partial(record, conversation),
            "Dial": partial(self.dial, conversation),
            "Enqueue": partial(self.queues.enqueue, conversation),
        }

    async def dial(self, conversation: Conversation, element: ET.Element) -> Source | None:
        """Connect, and go on with `action` if there is one: what follows is then never reached."""
        dialled = await self._connect(conversation, element)
        action = element.get("action")
        if action is None:
            return None
        return conversation.source(action, element, dialled.fields())

    async def _connect(self, conversation: Conversation, element: ET.Element) -> Dialled:
        targets = list(element) or [_number(element)]
        kinds = {target.tag for target in targets}
        if kinds == {"Number"}:
            return await self.dialling.numbers(conversation, element, targets)
        conversation.take_up()
        if kinds == {"Conference"}:
            star = element.get("hangupOnStar") == "true"
            return await self.conferences.enter(conversation, targets[0], star=star)
        if kinds == {"Queue"}:
            patience, limit = (
                int(element.get(name, default))
                for name, default in (("timeout", "30"), ("timeLimit", "14400"))
            )
            return await self.queues.take(conversation, targets[0], patience, limit)
        words = f"The simulator does not dial {' and '.join(sorted(kinds))}."
        raise CallFailedError(0, words)


def _number(dial: ET.Element) -> ET.Element:
    """`<Dial>+1415...</Dial>` is short for a Number in it."""
    number = ET.Element("Number")
    number.text = (dial.text or "").strip()
    if not number.text:
        raise CallFailedError(13223, "Dial: Invalid phone number format")
    return number
