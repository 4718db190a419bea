"""What each of Twilio's error codes means for us. One table; no code is special anywhere else.

Source: https://www.twilio.com/docs/api/errors, grouped by what has to happen next. A code that
passes by itself (30001, 30003, 30008, ...) is never taken for a permanent one; a code that we do
not know is judged by its family, never as a bad number: blaming a person's phone needs evidence.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus

from notifiers.mask import mask_numbers
from notifiers.notifier import Fault, Refused, Unclear

CODES: Mapping[int, tuple[Fault, str]] = {
    13223: (Fault.NUMBER, "Dial: Invalid phone number format"),
    13224: (Fault.NUMBER, "Dial: number not supported or invalid"),
    21211: (Fault.NUMBER, "Invalid 'To' Phone Number"),
    21214: (Fault.NUMBER, "'To' phone number cannot be reached"),
    21217: (Fault.NUMBER, "Phone number does not appear to be valid"),
    21612: (Fault.NUMBER, "The 'To' phone number is not reachable via SMS"),
    30005: (Fault.NUMBER, "Unknown destination handset"),
    21614: (Fault.LANDLINE, "'To' number is not a valid mobile number"),
    21635: (Fault.LANDLINE, "'To' is a landline"),
    30006: (Fault.LANDLINE, "Landline or unreachable carrier"),
    21610: (Fault.OPTED_OUT, "Attempt to send to unsubscribed recipient"),
    30004: (Fault.OPTED_OUT, "Message blocked"),
    13225: (Fault.BLOCKED, "Dial: Call blocked by Twilio block list"),
    21216: (Fault.BLOCKED, "API: Call blocked by Twilio blocklist"),
    30007: (Fault.BLOCKED, "Message filtered"),
    30450: (Fault.BLOCKED, "Message delivery blocked"),
    10001: (Fault.CONFIGURATION, "Account is not active"),
    11200: (Fault.CONFIGURATION, "HTTP retrieval failure"),
    11205: (Fault.CONFIGURATION, "HTTP connection failure"),
    11750: (Fault.CONFIGURATION, "TwiML response body too large"),
    12100: (Fault.CONFIGURATION, "Document parse failure"),
    12200: (Fault.CONFIGURATION, "Schema validation warning"),
    12300: (Fault.CONFIGURATION, "Invalid Content-Type"),
    13214: (Fault.CONFIGURATION, "Dial: Invalid callerId value"),
    13227: (Fault.CONFIGURATION, "Geo Permission configuration is not permitting call"),
    20003: (Fault.CONFIGURATION, "Permission Denied"),
    20005: (Fault.CONFIGURATION, "Account not active"),
    21205: (Fault.CONFIGURATION, "Invalid URL"),
    21210: (Fault.CONFIGURATION, "'From' phone number not verified"),
    21212: (Fault.CONFIGURATION, "Invalid From Number (caller ID)"),  # ours, not the person's
    21215: (Fault.CONFIGURATION, "Geo Permission configuration is not permitting call"),
    21408: (Fault.CONFIGURATION, "SMS to the region of the 'To' number is not enabled"),
    21601: (Fault.CONFIGURATION, "Phone number cannot receive SMS"),
    21603: (Fault.CONFIGURATION, "A 'From' or 'MessagingServiceSid' parameter is required"),
    21606: (Fault.CONFIGURATION, "The 'From' number cannot send messages to this destination"),
    21608: (Fault.CONFIGURATION, "The 'To' number is not yet verified for this account"),
    21609: (Fault.CONFIGURATION, "Invalid 'StatusCallback'"),
    30002: (Fault.CONFIGURATION, "Account suspended"),
    30032: (Fault.CONFIGURATION, "Toll-Free Number Has Not Been Verified"),
    30034: (Fault.CONFIGURATION, "US A2P 10DLC - Message from an Unregistered Number"),
    30035: (Fault.CONFIGURATION, "US A2P 10DLC - Message from a number still being configured"),
    10004: (Fault.THROTTLED, "Call concurrency limit exceeded"),
    14107: (Fault.THROTTLED, "SMS send rate limit exceeded"),
    20429: (Fault.THROTTLED, "Too Many Requests"),
    21611: (Fault.THROTTLED, "The 'From' number has too many queued messages"),
    22005: (Fault.THROTTLED, "Call Queue Full"),
    30001: (Fault.THROTTLED, "Queue overflow"),
    30022: (Fault.THROTTLED, "US A2P 10DLC - Rate Limits Exceeded"),
    30023: (Fault.THROTTLED, "US A2P 10DLC - Daily Message Cap Reached"),
    20500: (Fault.TRANSIENT, "Internal Server Error"),
    20503: (Fault.TRANSIENT, "Service unavailable"),
    30003: (Fault.TRANSIENT, "Unreachable destination handset"),
    30008: (Fault.TRANSIENT, "Unknown error"),
    30017: (Fault.TRANSIENT, "Carrier network congestion"),
    30036: (Fault.TRANSIENT, "Validity period expired"),
    30410: (Fault.TRANSIENT, "Provider Timeout Error"),
    13617: (Fault.BENIGN, "Record: Recording length is out of range for transcription"),
    20404: (Fault.BENIGN, "Not Found"),
    21220: (Fault.BENIGN, "Invalid call state"),
    21262: (Fault.BENIGN, "No AMD status callback URL provided"),
    21617: (Fault.OURS, "The concatenated message body exceeds the 1600 character limit"),
}

_PREFIX = re.compile(r"^Unable to (create|update|fetch) (record|page)(: )?")

PAUSES: Mapping[int, timedelta] = {
    14107: timedelta(seconds=30),  # 15 replies in 30 s to one number
    30023: timedelta(hours=24),  # a daily cap: stop for today
}

ADVICE: Mapping[Fault, str] = {
    Fault.NUMBER: "This number cannot be reached this way; correct it.",
    Fault.LANDLINE: "Call this number instead of texting it.",
    Fault.OPTED_OUT: "No text reaches this phone until START is texted from it.",
    Fault.BLOCKED: "The same text will be blocked again; call, or word it differently.",
    Fault.CONFIGURATION: "The account or its set-up is at fault, not the number; tell an operator.",
    Fault.THROTTLED: "Nothing was processed; the same request may be repeated later.",
    Fault.TRANSIENT: "It may work later.",
    Fault.OURS: "The request was never valid; report this as a defect.",
    Fault.BENIGN: "It was over already.",
}


def fault_of(code: int) -> Fault:
    """Whose fault `code` is. 30xxx are delivery failures, 1xxxx and 2xxxx faults of a request."""
    if code in CODES:
        return CODES[code][0]
    if 30000 <= code < 40000:  # noqa: PLR2004 - the family of delivery errors
        return Fault.TRANSIENT
    return Fault.CONFIGURATION if code < 20000 else Fault.OURS  # noqa: PLR2004 - as above


def sentence(code: int, said: str = "") -> str:
    """The code in words, with what to do about it; numbers inside are masked."""
    words = _plain(said) or CODES.get(code, (None, "No reason given"))[1]
    return f"{words.rstrip('.')} (Twilio {code}). {ADVICE[fault_of(code)]}"


def refusal(
    status: int, code: int | None, said: str, retry_after: timedelta | None = None
) -> Refused | Unclear:
    """Judge an HTTP error answer to a request that would have created something.

    A 5xx may have been processed, so it is unclear; every 4xx (and a redirect, which no POST
    follows) certainly was not.
    """
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return Unclear(f"Twilio answered {status} ({_plain(said)}). It may have been taken.")
    if code is None or code == status:
        return _refused_without_code(status, said, retry_after)
    fault = fault_of(code)
    if fault is Fault.BENIGN:  # nothing to be over yet: a wrong account or address of the API
        fault = Fault.CONFIGURATION
    return Refused(sentence(code, said), code, fault, retry_after or PAUSES.get(code))


def _refused_without_code(status: int, said: str, retry_after: timedelta | None) -> Refused:
    words = _plain(said).rstrip(".")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        fault = Fault.THROTTLED
    elif status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}:
        fault = Fault.OURS
    else:
        fault = Fault.CONFIGURATION
    return Refused(f"{words} (HTTP {status}). {ADVICE[fault]}", None, fault, retry_after)


def _plain(said: str) -> str:
    """Without the library's own words in front, and without anybody's number."""
    return mask_numbers(_PREFIX.sub("", said))
