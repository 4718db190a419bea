"""TwiML, written so that nothing can be escaped twice or not at all.

A document is a tree of `Verb`s, turned into XML once, at the end. Text goes in as it is meant to be
heard or read; whatever XML cannot carry (NUL and other control characters, halves of surrogate
pairs) is dropped, since a page that fails to parse is a page nobody hears.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

SAY_LIMIT = 4096
"""Twilio's longest Say, in characters; the rest is cut off with an ellipsis."""
MESSAGE_LIMIT = 1600
"""Twilio's longest Message body (error 21617 beyond it)."""

CONTENT_TYPE = "text/xml"

_UNPRINTABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Value = str | int | bool | None


@dataclass(frozen=True, slots=True)
class Verb:
    """One element. Attributes whose value is None are left out."""

    name: str
    text: str = ""
    children: tuple["Verb", ...] = ()
    attributes: Mapping[str, Value] = field(default_factory=dict)


def voice(*verbs: Verb) -> bytes:
    """The document that answers a call."""
    return _document(verbs)


def messaging(*texts: str) -> bytes:
    """The document that answers a text, with any number of texts back (none: say nothing)."""
    return _document(tuple(message(text) for text in texts))


def message(text: str) -> Verb:
    return Verb("Message", _cut(text, MESSAGE_LIMIT))


def say(text: str, language: str | None = None, voice: str | None = None, loop: int = 1) -> Verb:
    """Speak `text`. `language` is a BCP 47 tag, `voice` one of Twilio's; `loop` 0 is for ever."""
    attributes = {"language": language, "voice": voice, "loop": None if loop == 1 else loop}
    return Verb("Say", _cut(text, SAY_LIMIT), attributes=attributes)


def pause(seconds: int = 1) -> Verb:
    return Verb("Pause", attributes={"length": seconds})


def play(url: str = "", digits: str | None = None, loop: int | None = None) -> Verb:
    return Verb("Play", url, attributes={"digits": digits, "loop": loop})


def gather(
    *inside: Verb,
    action: str,
    digits: int | None = None,
    timeout: int = 5,
    finish_on_key: str | None = None,
    on_silence: bool = False,
) -> Verb:
    """Take keys while `inside` is heard and for `timeout` seconds after it.

    `digits`: how many keys end it. `on_silence`: also call `action` when no key came; without it
    the call falls through to the next verb. `action` is required: Twilio's default is to call the
    same address again.
    """
    attributes: dict[str, Value] = {
        "input": "dtmf",
        "action": action,
        "method": "POST",
        "numDigits": digits,
        "timeout": timeout,
        "finishOnKey": finish_on_key,
        "actionOnEmptyResult": True if on_silence else None,
    }
    return Verb("Gather", children=inside, attributes=attributes)


def redirect(url: str) -> Verb:
    return Verb("Redirect", url, attributes={"method": "POST"})


def hangup() -> Verb:
    return Verb("Hangup")


def reject(reason: str | None = None) -> Verb:
    """Do not answer (and do not pay). Must be the first verb. `reason`: rejected or busy."""
    return Verb("Reject", attributes={"reason": reason})


def dial(*targets: Verb, **attributes: Value) -> Verb:
    """Connect the caller with `targets` (`number`, `conference`, `queue`). Names as Twilio's."""
    return Verb("Dial", children=targets, attributes=attributes)


def number(address: str, **attributes: Value) -> Verb:
    return Verb("Number", address, attributes=attributes)


def conference(name: str, **attributes: Value) -> Verb:
    """`name` is shared by the whole account: use one that nobody can guess."""
    return Verb("Conference", name, attributes=attributes)


def queue(name: str, **attributes: Value) -> Verb:
    return Verb("Queue", name, attributes=attributes)


def enqueue(name: str, **attributes: Value) -> Verb:
    return Verb("Enqueue", name, attributes=attributes)


def leave() -> Verb:
    return Verb("Leave")


def record(action: str, **attributes: Value) -> Verb:
    return Verb("Record", attributes={"action": action, "method": "POST", **attributes})


def _document(verbs: tuple[Verb, ...]) -> bytes:
    root = ET.Element("Response")
    for verb in verbs:
        _append(root, verb)
    return b'<?xml version="1.0" encoding="UTF-8"?>' + ET.tostring(root, "unicode").encode()


def _append(parent: ET.Element, verb: Verb) -> None:
    element = ET.SubElement(parent, verb.name)
    for name, value in verb.attributes.items():
        if value is not None:
            element.set(name, _attribute(value))
    element.text = _printable(verb.text) or None
    for child in verb.children:
        _append(element, child)


def _attribute(value: str | int) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _printable(str(value))


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _printable(text: str) -> str:
    """What XML 1.0 can carry: https://www.w3.org/TR/xml/#charsets."""
    return _UNPRINTABLE.sub("", text)
