"""Which fields Twilio's REST API knows, and what may stand in them.

Transcribed from Twilio's OpenAPI document (twilio_api_v2010, 2025). Twilio ignores a field it does
not know, so a misspelt one fails silently there; here it is refused (20001) by its name.
"""

import re
from collections.abc import Mapping

from notifiers.simulator.answers import TwilioError
from notifiers.twilio.signature import Form

E164 = re.compile(r"\+[1-9]\d{6,14}")

_TEXT = r"[\s\S]*"
_INTEGER = r"\d{1,9}"
_BOOLEAN = r"true|false"
_METHOD = r"GET|POST"
_URL = r"https?://([^\s/_:]+|\[[0-9a-fA-F:]+\])(:\d{1,5})?([/?#]\S*)?"
"""A host name holds no underscore: Twilio refuses it."""


def _sid(prefix: str) -> str:
    return prefix + "[0-9a-fA-F]{32}"


CREATE_MESSAGE: Mapping[str, str] = {
    "To": _TEXT,
    "From": _TEXT,
    "FallbackFrom": _TEXT,
    "MessagingServiceSid": _sid("MG"),
    "Body": _TEXT,
    "StatusCallback": _URL,
    "ApplicationSid": _sid("AP"),
    "MaxPrice": r"[\d.]+",
    "ProvideFeedback": _BOOLEAN,
    "Attempt": _INTEGER,
    "ValidityPeriod": _INTEGER,
    "ForceDelivery": _BOOLEAN,
    "ContentRetention": r"retain|discard",
    "AddressRetention": r"retain|obfuscate",
    "SmartEncoded": _BOOLEAN,
    "PersistentAction": _TEXT,
    "TrafficType": r"free",
    "ShortenUrls": _BOOLEAN,
    "ScheduleType": r"fixed",
    "SendAt": _TEXT,
    "SendAsMms": _BOOLEAN,
    "ContentVariables": _TEXT,
    "RiskCheck": r"enable|disable",
    "MediaUrl": _URL,
    "ContentSid": _sid("HX"),
}

UPDATE_MESSAGE: Mapping[str, str] = {"Body": _TEXT, "Status": r"canceled"}

CREATE_CALL: Mapping[str, str] = {
    "To": _TEXT,
    "From": _TEXT,
    "Url": _URL,
    "Twiml": _TEXT,
    "ApplicationSid": _sid("AP"),
    "Method": _METHOD,
    "FallbackUrl": _URL,
    "FallbackMethod": _METHOD,
    "StatusCallback": _URL,
    "StatusCallbackEvent": r"initiated|ringing|answered|completed",
    "StatusCallbackMethod": _METHOD,
    "SendDigits": r"[0-9A-D#*wW]{0,32}",
    "Timeout": _INTEGER,
    "Record": _BOOLEAN,
    "RecordingChannels": r"mono|dual",
    "RecordingStatusCallback": _URL,
    "RecordingStatusCallbackMethod": _METHOD,
    "RecordingStatusCallbackEvent": r"in-progress|completed|absent",
    "RecordingTrack": r"inbound|outbound|both",
    "SipAuthUsername": _TEXT,
    "SipAuthPassword": _TEXT,
    "MachineDetection": r"Enable|DetectMessageEnd",
    "MachineDetectionTimeout": _INTEGER,
    "MachineDetectionSpeechThreshold": _INTEGER,
    "MachineDetectionSpeechEndThreshold": _INTEGER,
    "MachineDetectionSilenceTimeout": _INTEGER,
    "AsyncAmd": _BOOLEAN,
    "AsyncAmdStatusCallback": _URL,
    "AsyncAmdStatusCallbackMethod": _METHOD,
    "Trim": r"trim-silence|do-not-trim",
    "CallerId": _TEXT,
    "Byoc": _sid("BY"),
    "CallReason": _TEXT,
    "CallToken": _TEXT,
    "TimeLimit": _INTEGER,
    "ClientNotificationUrl": _URL,
}

UPDATE_CALL: Mapping[str, str] = {
    "Url": _URL,
    "Method": _METHOD,
    "Status": r"canceled|completed",
    "FallbackUrl": _URL,
    "FallbackMethod": _METHOD,
    "StatusCallback": _URL,
    "StatusCallbackMethod": _METHOD,
    "Twiml": _TEXT,
    "TimeLimit": _INTEGER,
}

LIST_MESSAGES: Mapping[str, str] = {
    "To": _TEXT,
    "From": _TEXT,
    "DateSent": _TEXT,
    "DateSent<": _TEXT,
    "DateSent>": _TEXT,
    "PageSize": _INTEGER,
    "Page": _INTEGER,
    "PageToken": _TEXT,
}

LIST_CALLS: Mapping[str, str] = {
    "To": _TEXT,
    "From": _TEXT,
    "ParentCallSid": _sid("CA"),
    "Status": r"queued|ringing|in-progress|completed|busy|failed|no-answer|canceled",
    "StartTime": _TEXT,
    "StartTime<": _TEXT,
    "StartTime>": _TEXT,
    "EndTime": _TEXT,
    "EndTime<": _TEXT,
    "EndTime>": _TEXT,
    "PageSize": _INTEGER,
    "Page": _INTEGER,
    "PageToken": _TEXT,
}

REPEATED = frozenset(
    {"MediaUrl", "PersistentAction", "StatusCallbackEvent", "RecordingStatusCallbackEvent"}
)

_CODES: Mapping[str, int] = {
    "StatusCallback": 21609,
    "Url": 21205,
    "FallbackUrl": 21205,
}
_BETWEEN: Mapping[str, tuple[int, int]] = {
    "ValidityPeriod": (1, 36000),
    "Timeout": (1, 600),
    "PageSize": (1, 1000),
    "MachineDetectionTimeout": (3, 59),
    "MachineDetectionSpeechThreshold": (1000, 6000),
    "MachineDetectionSpeechEndThreshold": (500, 5000),
    "MachineDetectionSilenceTimeout": (2000, 10000),
}


def validate(form: Form, fields: Mapping[str, str]) -> None:
    """Raise TwilioError for the first field that Twilio's document does not allow."""
    for name, values in form.items():
        if name not in fields:
            raise TwilioError(20001, f"Unknown parameter '{name}'")
        if len(values) > 1 and name not in REPEATED:
            raise TwilioError(20001, f"Parameter '{name}' is given {len(values)} times")
        for value in values:
            if not re.fullmatch(fields[name], value) or not _within(name, value):
                raise TwilioError(
                    _CODES.get(name, 20001), f"Parameter '{name}' is not valid: {value[:80]!r}"
                )


def _within(name: str, value: str) -> bool:
    if name not in _BETWEEN:
        return True
    low, high = _BETWEEN[name]
    return low <= int(value) <= high
