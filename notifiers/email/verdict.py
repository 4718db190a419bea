"""What a mail server's answer means (RFC 5321, RFC 3463, RFC 4954).

Servers differ in nothing as much as in the codes of a refusal. An address is only given up where
the answer speaks of the address: a relay that is closed to us, or a filter, refuses everybody.
"""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum

from notifiers.mask import mask
from notifiers.notifier import Fault, Refused

LOGIN = frozenset({530, 534, 535, 538})
"""RFC 4954: authentication required, too weak, wrong, or wants encryption."""
GREY = timedelta(seconds=60)
"""How long greylisting servers want to be left alone, at the least."""
MOST = 160
_CLOSED = r"relay|authenticat|log ?in|credential|not permitted|sender"
_FILTERED = r"spam|block|black|reputation|policy|banned|virus|content"
Meanings = tuple[tuple[re.Pattern[str], Fault], ...]


def _meanings(*rows: tuple[str, Fault]) -> Meanings:
    return tuple((re.compile(pattern, re.IGNORECASE), fault) for pattern, fault in rows)


RECIPIENT = _meanings(
    (r"^552|^\d+ 5\.2\.2\b|full|quota|over ?limit", Fault.TRANSIENT),  # emptied some day
    (r"^\d+ 5\.1\.(?![78]\b)", Fault.NUMBER),  # 5.1.7 and 5.1.8 are of the sender
    (_CLOSED, Fault.CONFIGURATION),
    (rf"^554|^\d+ 5\.7\.|{_FILTERED}", Fault.BLOCKED),
    (r"^\d+ (?!5\.[^02]\.)", Fault.NUMBER),
)
"""What a final refusal of a recipient means, by its code and words; the first that fits."""
CONTENT = _meanings(
    (r"^\d+ 5\.(3\.4|6\.\d+)\b", Fault.OURS),  # too large, or a form it does not take
    (_CLOSED, Fault.CONFIGURATION),
)
_GREY = re.compile(r"gr[ea]y", re.IGNORECASE)
_MAIL = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+")


class Stage(StrEnum):
    """How far the conversation had come."""

    HELLO = "greeting"
    SENDER = "sender"
    RECIPIENT = "recipient"
    CONTENT = "content"


def refusal(stage: Stage, code: int, words: str) -> Refused:
    """The server has said no, for certain. `words` are its own, of any length and content."""
    transient = not 500 <= code < 600  # noqa: PLR2004 - RFC 5321, 4.2.1
    fault = Fault.TRANSIENT if transient else _fault(stage, code, words)
    said = mask_mail(" ".join(words.split())[:MOST])
    later = GREY if transient and _GREY.search(words) else None
    return Refused(f"The mail server refused the {stage}: {code} {said}.", code, fault, later)


def _fault(stage: Stage, code: int, words: str) -> Fault:
    if code in LOGIN or stage in {Stage.HELLO, Stage.SENDER}:
        return Fault.CONFIGURATION
    line = f"{code} {words.strip()}"
    meanings = CONTENT if stage is Stage.CONTENT else RECIPIENT
    return next((fault for pattern, fault in meanings if pattern.search(line)), Fault.BLOCKED)


def mask_mail(text: str) -> str:
    """Mask every address inside a sentence."""
    return _MAIL.sub(lambda found: mask(found[0]), text)
