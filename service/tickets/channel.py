"""How a ticket reached support: portal, email, hotline or api (R11), in the systems' own words."""

from __future__ import annotations

import re

PORTAL, EMAIL, HOTLINE, API = "portal", "email", "hotline", "api"

_WORDS = {
    PORTAL: "web webform website portal selfservice helpcenter helpcentre webwidget widget"
    " feedbackwidget customerportal form mobile mobilesdk mobileapp iphone chat livechat"
    " chatofflinemessage chattranscript onlinechat webchat messaging nativemessaging forum forums"
    " community topic jira walkin",
    EMAIL: "email mail mailgun outboundemail emailincoming",
    HOTLINE: "phone voice call telephone hotline voicemail apivoicemail phonecall phonecallinbound"
    " phonecalloutbound phonecallincoming apiphonecallinbound apiphonecalloutbound inboundcall"
    " phoneoutgoing",
    API: "api webservice ticketsharing import batch monitorevent event integration",
}
_CHANNELS = {word: channel for channel, words in _WORDS.items() for word in words.split()}
_NOT_LETTERS = re.compile(r"[^a-z]+")


def channel(word: str | None) -> str | None:
    """The channel a source's word stands for; its own word, lower case, when we know none."""
    if word is None:
        return None
    lower = word.lower()
    return _CHANNELS.get(lower) or _CHANNELS.get(_NOT_LETTERS.sub("", lower), lower)
