"""What asks somebody to prove an address: the code first, since a lock screen shows little."""

from __future__ import annotations

from notifiers.wording import clean

SUBJECT = "Is this address yours?"


def code_text(code: str, name: str, minutes: int) -> str:
    """By SMS: one segment."""
    return (
        f"{code} is the Heliograph code that this phone is {clean(name)[:40]}'s. It holds for"
        f" {minutes} minutes. If you did not expect it, do nothing."
    )


def code_spoken(code: str, name: str) -> str:
    """By voice, slowly enough to be written down."""
    digits = ", ".join(code)
    return f"Heliograph, for {clean(name)}. Your code is: {digits}."


def link_text(code: str, name: str, hours: int) -> str:
    """By e-mail and chat, beside the link; the code is for whoever cannot open it there."""
    return (
        f"Heliograph was told that pages for {clean(name)} may be sent here.\n"
        f"Open the link and press the button to confirm it, or enter the code {code} where you"
        f" asked for it. Both hold for {hours} hours.\n"
        "If this is not you, do nothing: no page will come here."
    )
