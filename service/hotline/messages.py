"""Messages that callers leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import structlog

from routing.hotline_call import Call, OpenCase
from service.hotline.line import Line, number_of
from service.wiring import Service

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Messages:
    service: Service

    async def in_trouble(self, form: Mapping[str, str]) -> None:
        """A message that was left while something was broken here: it pages as an emergency.

        Nobody could ask whether it is one. Asked twice for one message it is done once.
        """
        name, url = form["CallSid"], form["RecordingUrl"]
        line = Line(self.service)
        call = await line.known(name) or await self._unknown(name, form.get("From", ""))
        if call.case is not None:
            said = f"The caller left a message: {url}"
            await line.callers.comment(call.case, f"{name}/trouble", said)
            return
        policy = (await self.service.desk.shelf()).current
        case = await line.callers.case(policy, replace(call, recording=url), OpenCase("emergency"))
        log.info("hotline_message_kept", call=name, case=case)

    async def _unknown(self, name: str, sender: str) -> Call:
        """A call we could not even answer."""
        number, now = number_of(sender), self.service.clock.now()
        account = await Line(self.service).callers.account("phone", number)
        call = Call(name, number, "", now)
        return replace(call, account=account.id, account_name=account.name) if account else call
