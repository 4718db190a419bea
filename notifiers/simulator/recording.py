"""The Record verb: what a person says after the tone."""

from datetime import timedelta
from xml.etree import ElementTree as ET

from notifiers.simulator.conversation import Conversation
from notifiers.simulator.exchange import new_sid
from notifiers.simulator.leg import Source
from notifiers.simulator.timers import first
from notifiers.simulator.webhook import Fields

_ALL_KEYS = "1234567890*#"


async def record(conversation: Conversation, element: ET.Element) -> Source | None:
    """Record until a key, silence, or the limit. Nothing said: fall through, as Twilio does.

    Whoever hangs up while he is recorded has left his message all the same: `action` is told with
    Digits=hangup, and its answer is of no use any more.
    """
    leg, timers = conversation.leg, conversation.switch.timers
    begun = timers.now()
    sid = new_sid("RE")
    said: list[str] = []
    ended = False
    conversation.listen(on=True)
    try:
        digits = await _listen(conversation, element, said)
        ended = True
    finally:
        conversation.listen(on=False)
        seconds = max(1, round((timers.now() - begun).total_seconds()))
        if said:
            conversation.switch.exchange.recordings[sid] = " ".join(said)
            _tell(conversation, element, _fields(conversation, sid, seconds))
            _write_down(conversation, element, sid)
        if said and not ended and leg.over.is_set():
            fields = [*_fields(conversation, sid, seconds), ("Digits", "hangup")]
            address = conversation.source(element.get("action") or conversation.base, element).url
            conversation.switch.post(leg, address, fields)
    if not said:
        return None
    extra = [*_fields(conversation, sid, seconds), ("Digits", digits)]
    return conversation.source(element.get("action") or conversation.base, element, extra)


async def _listen(conversation: Conversation, element: ET.Element, said: list[str]) -> str:
    """Collect what is said; the key that ended it, or ''."""
    leg, timers = conversation.leg, conversation.switch.timers
    limit = timers.now() + timedelta(seconds=int(element.get("maxLength", "3600")))
    silence = timedelta(seconds=int(element.get("timeout", "5")))
    finish = element.get("finishOnKey", _ALL_KEYS)
    while timers.now() < limit:
        quiet = timers.until(min(limit, timers.now() + silence))
        index, heard = await first(leg.speech.get(), leg.keys.get(), quiet)
        if index == 0:
            said.append(heard)
        elif index == 1 and heard in finish:
            return str(heard)
        elif index > 1:
            break
    return ""


def _write_down(conversation: Conversation, element: ET.Element, sid: str) -> None:
    """Tell what was said, where that was asked for."""
    url = element.get("transcribeCallback")
    if element.get("transcribe") != "true" or url is None:
        return
    exchange, name = conversation.switch.exchange, new_sid("TR")
    exchange.transcriptions[name] = exchange.recordings[sid]
    fields = [
        ("AccountSid", exchange.config.account_sid),
        ("CallSid", conversation.leg.call.sid),
        ("RecordingSid", sid),
        ("TranscriptionSid", name),
        ("TranscriptionStatus", "completed"),
        ("TranscriptionText", exchange.transcriptions[name]),
    ]
    conversation.switch.post(conversation.leg, conversation.source(url, element).url, fields)


def _fields(conversation: Conversation, sid: str, seconds: int) -> list[tuple[str, str]]:
    account = conversation.switch.exchange.config.account_sid
    url = f"https://api.twilio.com/2010-04-01/Accounts/{account}/Recordings/{sid}"
    return [("RecordingSid", sid), ("RecordingUrl", url), ("RecordingDuration", str(seconds))]


def _tell(conversation: Conversation, element: ET.Element, fields: Fields) -> None:
    """The recording's own status callback."""
    url = element.get("recordingStatusCallback")
    if url is None:
        return
    call, exchange = conversation.leg.call, conversation.switch.exchange
    more = [
        ("AccountSid", exchange.config.account_sid),
        ("CallSid", call.sid),
        ("RecordingStatus", "completed"),
        ("RecordingChannels", "1"),
        ("RecordingSource", "RecordVerb"),
    ]
    address = conversation.source(url, element).url
    conversation.switch.post(conversation.leg, address, [*fields, *more])
