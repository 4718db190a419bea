"""The shapes in which Twilio's REST API answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from notifiers.gsm import segments
from notifiers.simulator.records import Call, Text
from notifiers.twilio.errors import CODES

VERSION = "2010-04-01"

_STATUSES: Mapping[int, int] = {
    10001: 403,
    20003: 401,
    20005: 403,
    20404: 404,
    20429: 429,
    20500: 500,
    20503: 503,
}


class TwilioError(Exception):
    """An error answer. `code` is Twilio's, which decides the HTTP status."""

    def __init__(self, code: int, message: str = "") -> None:
        super().__init__(message or CODES.get(code, (None, "Error"))[1])
        self.code = code
        self.status = _STATUSES.get(code, 400)

    def body(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "message": str(self),
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


def text_body(text: Text, account: str) -> dict[str, Any]:
    uri = f"/{VERSION}/Accounts/{account}/Messages/{text.sid}"
    words = CODES.get(text.error or 0, (None, None))[1]
    return {
        "body": text.body,
        "num_segments": str(segments(text.body)),
        "direction": text.direction.value,
        "from": text.from_,
        "to": text.to,
        "date_updated": _instant(text.updated),
        "price": None,
        "error_message": words,
        "uri": uri + ".json",
        "account_sid": account,
        "num_media": "0",
        "status": text.status,
        "messaging_service_sid": text.service,
        "sid": text.sid,
        "date_sent": _instant(text.sent),
        "date_created": _instant(text.created),
        "error_code": text.error,
        "price_unit": "USD",
        "api_version": VERSION,
        "subresource_uris": {"media": uri + "/Media.json"},
    }


def call_body(call: Call, account: str) -> dict[str, Any]:
    uri = f"/{VERSION}/Accounts/{account}/Calls/{call.sid}"
    return {
        "sid": call.sid,
        "date_created": _instant(call.created),
        "date_updated": _instant(call.updated),
        "parent_call_sid": call.parent,
        "account_sid": account,
        "to": call.to,
        "to_formatted": call.to,
        "from": call.from_,
        "from_formatted": call.from_,
        "phone_number_sid": None,
        "status": call.status,
        "start_time": _instant(call.answered),
        "end_time": _instant(call.ended),
        "duration": str(call.seconds) if call.over else None,
        "price": None,
        "price_unit": "USD",
        "direction": call.direction.value,
        "answered_by": call.answered_by,
        "api_version": VERSION,
        "forwarded_from": None,
        "group_sid": None,
        "caller_name": None,
        "queue_time": "0",
        "trunk_sid": None,
        "uri": uri + ".json",
        "subresource_uris": {"events": uri + "/Events.json"},
    }


def page_body(
    name: str, items: Sequence[dict[str, Any]], path: str, query: Mapping[str, str]
) -> dict[str, Any]:
    """One page out of `items` (newest first), as `Page` and `PageSize` of the query ask."""
    size = int(query.get("PageSize", "50"))
    number = int(query.get("Page", "0"))
    start = number * size
    chosen = list(items[start : start + size])

    def uri(page: int) -> str:
        return f"{path}?{urlencode({**query, 'PageSize': size, 'Page': page})}"

    return {
        name: chosen,
        "end": start + max(0, len(chosen) - 1),
        "first_page_uri": uri(0),
        "next_page_uri": uri(number + 1) if start + size < len(items) else None,
        "page": number,
        "page_size": size,
        "previous_page_uri": uri(number - 1) if number else None,
        "start": start,
        "uri": uri(number),
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else format_datetime(at)
