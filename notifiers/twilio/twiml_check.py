"""Whether Twilio would do what a TwiML document says.

Stricter than Twilio, which ignores a misspelt attribute with a warning nobody reads (12200): here
every deviation is a finding, with the code Twilio would log and, where it can, the word meant.
"""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Literal
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from notifiers.twilio.twiml import MESSAGE_LIMIT, SAY_LIMIT
from notifiers.twilio.twiml_table import MESSAGING, VOICE, Element

MAX_BYTES = 64 * 1024

Kind = Literal["voice", "messaging"]

_BOOLEANS = re.compile(
    "actionOnEmptyResult|answerOnBridge|bargeIn|debug|endConferenceOnExit|enhanced|hangupOnStar"
    "|interruptible|muted|playBeep|profanityFilter|sequential|startConferenceOnEnter|transcribe"
)
_ADDRESSES = re.compile(
    "action|url|waitUrl|statusCallback|recordingStatusCallback|amdStatusCallback|referUrl"
    "|partialResultCallback|transcribeCallback|statusCallbackUrl"
)
_RANGES: Mapping[tuple[str, str], tuple[int, int]] = {
    ("Say", "loop"): (0, 1000),
    ("Play", "loop"): (0, 1000),
    ("Pause", "length"): (0, 86400),
    ("Gather", "timeout"): (0, 86400),
    ("Gather", "numDigits"): (1, 1000),
    ("Dial", "timeout"): (5, 600),
    ("Dial", "timeLimit"): (1, 86400),
    ("Record", "maxLength"): (1, 14400),
    ("Record", "timeout"): (0, 86400),
    ("Enqueue", "maxQueueSize"): (1, 1000),
    ("Conference", "maxParticipants"): (2, 250),
}
_WORDS: Mapping[tuple[str, str], str] = {
    ("Gather", "input"): r"dtmf|speech|dtmf speech|speech dtmf",
    ("Gather", "finishOnKey"): r"[0-9#*]?",
    ("Reject", "reason"): r"rejected|busy",
    ("Play", "digits"): r"[0-9A-D#*wW]+",
    ("Say", "language"): r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,4})*",
    ("Say", "voice"): r"man|woman|alice|[A-Z]\w*\.[\w.-]+",
    ("Record", "trim"): r"trim-silence|do-not-trim",
    ("Record", "finishOnKey"): r"[0-9#*]*",
    ("Dial", "trim"): r"trim-silence|do-not-trim",
    ("Conference", "beep"): r"true|false|onEnter|onExit",
    ("Number", "machineDetection"): r"Enable|DetectMessageEnd",
}
_TEXTS: Mapping[str, int] = {"Say": SAY_LIMIT, "Message": MESSAGE_LIMIT, "Body": MESSAGE_LIMIT}
_NEEDS_TEXT = frozenset({"Redirect", "Number", "Conference", "Queue"})
_MAX_TARGETS = 10


def check(xml: str | bytes, kind: Kind = "voice") -> list[str]:
    """Everything wrong with a document, each a sentence. Empty: Twilio does what it says."""
    raw = xml.encode("utf-8", "surrogatepass") if isinstance(xml, str) else xml
    if len(raw) > MAX_BYTES:
        return [f"The document has {len(raw)} bytes; Twilio takes {MAX_BYTES} (11750)."]
    if not raw.startswith(b"<"):
        return ["The document does not begin with '<': white space or text before it (12100)."]
    if b"<!DOCTYPE" in raw or b"\0" in raw:
        return ["The document declares a type or is not UTF-8; none of ours does (12100)."]
    try:
        root = ET.fromstring(raw)  # noqa: S314 - without a document type there are no entities
    except ET.ParseError as problem:
        return [f"The document is not XML: {problem} (12100)."]
    if root.tag != "Response":
        return [f"The document's root is {root.tag}, not Response (12100)."]
    table = VOICE if kind == "voice" else MESSAGING
    return list(_problems(root, table, "Response"))


def _problems(element: ET.Element, table: Mapping[str, Element], path: str) -> Iterator[str]:
    rule = table[element.tag]
    yield from _attributes(element, rule, path)
    yield from _text(element, rule, path)
    if element.tag == "Dial" and len(element) > _MAX_TARGETS:
        yield f"{path} has {len(element)} targets; Twilio takes {_MAX_TARGETS}."
    for index, child in enumerate(element):
        inside = f"{path}/{child.tag}"
        if child.tag not in rule.children:
            hint = _meant(child.tag, rule.children)
            yield f"{inside}: {child.tag} cannot stand in {element.tag} (12200).{hint}"
            continue
        if child.tag == "Reject" and index > 0:
            yield f"{inside}: Reject must be the first verb, or the call is answered."
        yield from _problems(child, table, inside)


def _attributes(element: ET.Element, rule: Element, path: str) -> Iterator[str]:
    for name, value in element.attrib.items():
        known = name.replace("{http://www.w3.org/XML/1998/namespace}", "xml:")
        if known not in rule.attributes:
            yield f"{path}: there is no attribute {known} (12200).{_meant(known, rule.attributes)}"
        elif not _fits(element.tag, name, value):
            yield f"{path}: {name}={value!r} is not a value Twilio knows (12200)."


def _fits(tag: str, name: str, value: str) -> bool:
    if (tag, name) in _RANGES:
        low, high = _RANGES[tag, name]
        return value.isascii() and value.isdecimal() and low <= int(value[:9]) <= high
    if (tag, name) in _WORDS:
        return re.fullmatch(_WORDS[tag, name], value) is not None
    if _BOOLEANS.fullmatch(name):
        return value in {"true", "false"}
    if name == "method" or name.endswith("Method"):
        return value in {"GET", "POST"}
    if _ADDRESSES.fullmatch(name):
        return _is_address(value)
    return True


def _text(element: ET.Element, rule: Element, path: str) -> Iterator[str]:
    tag = element.tag
    words = _words(element)
    if words and not rule.text:
        yield f"{path}: text cannot stand in {tag}: {words[:40]!r} (12200)."
    if len(words) > _TEXTS.get(tag, MAX_BYTES):
        yield f"{path}: {len(words)} characters; Twilio takes {_TEXTS[tag]}."
    if tag in _NEEDS_TEXT and not words:
        yield f"{path}: {tag} names nothing (12200)."
    if tag == "Redirect" and not _is_address(words):
        yield f"{path}: {words[:60]!r} is no address (11100)."


def _words(element: ET.Element) -> str:
    """The text that stands in an element itself, before and between its children."""
    return "".join([element.text or "", *(child.tail or "" for child in element)]).strip()


def _is_address(value: str) -> bool:
    """An http(s) URL or a relative one."""
    try:
        return urlsplit(value).scheme in {"", "http", "https"} and " " not in value.strip()
    except ValueError:
        return False


def _meant(word: str, words: frozenset[str]) -> str:
    close = get_close_matches(word, sorted(words), n=1)
    return f" Is {close[0]} meant?" if close else ""
