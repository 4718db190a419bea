"""Messages that callers leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import structlog

from routing.hotline_call import Call, OpenCase, Recorded
from service.hotline.line import Line, number_of
from service.hotline.recordings import name_of, recorded
from service.store.sql import query
from service.wiring import Service

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Messages:
    service: Service

    async def in_trouble(self, form: Mapping[str, str]) -> None:
        """A message that was left while something was broken here: it pages as an emergency.

        Nobody could ask whether it is one. Asked twice for one message it is done once.
        """
        name, heard = form["CallSid"], recorded(self.service.settings.public_url, form)
        if not isinstance(heard, Recorded):
            return
        line = Line(self.service)
        call = await line.known(name) or await self._unknown(name, form.get("From", ""))
        policy = (await self.service.desk.shelf()).current
        case = call.case
        if case is not None:
            said = f"The caller left a message: {heard.url}"
            await line.callers.comment(case, f"{name}/trouble", said)
        else:
            call = replace(call, recording=heard.url)
            case = await line.callers.case(policy, call, OpenCase("emergency"))
        row = (heard.id, name, case, call.account, heard.seconds, self.service.clock.now())
        async with self.service.pool.acquire() as conn:
            await conn.execute(query("keep_recording"), *row)
        log.info("hotline_message_kept", call=name, case=case)

    async def transcribed(self, name: str, form: Mapping[str, str]) -> None:
        """What a message of a call says, for its case and ticket; told twice, written once."""
        text = form.get("TranscriptionText", "").strip().replace("\x00", "")
        if form.get("TranscriptionStatus") != "completed" or not text:
            log.info("hotline_not_transcribed", call=name, said=form.get("TranscriptionStatus"))
            return
        row = (name_of(form), name, self.service.clock.now(), form["TranscriptionSid"], text)
        async with self.service.pool.acquire() as conn:
            await conn.execute(query("keep_transcript"), *row)
        line = Line(self.service)
        call = await line.known(name)
        if call is not None and call.case is not None:
            key = f"{name}/transcript/{form['TranscriptionSid']}"
            await line.callers.comment(call.case, key, f"The message says: {text}")

    async def _unknown(self, name: str, sender: str) -> Call:
        """A call we could not even answer."""
        number, now = number_of(sender), self.service.clock.now()
        account = await Line(self.service).callers.account("phone", number)
        call = Call(name, number, "", now)
        return replace(call, account=account.id, account_name=account.name) if account else call
