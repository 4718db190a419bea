"""What HTTP answers mean, and how long to wait."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.tickets.judging import judge
from service.tickets.ticketsystem import Answer, Conflict, Done, Refused, Retry


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(200), Done()),
        (Answer(204), Done()),
        (Answer(409), Conflict("X says the ticket changed meanwhile; it is read again.")),
        (Answer(429), Retry(timedelta(seconds=60), "X answered 429; it is asked again.")),
        (Answer(422, {}, b"closed\x00"), Refused("X answered 422. It said: closed")),
        (Answer(400), Refused("X answered 400.")),
    ],
)
def test_judgements(answer: Answer, expected: object) -> None:
    assert judge(answer, "X") == expected


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "0"}, 1),
        ({"retry-after": "12"}, 12),
        ({"retry-after": "99999"}, 3600),
        ({"retry-after": "soon"}, 30),
        ({"retry-after": "-5"}, 30),
        ({"retry-after": "9" * 50}, 30),
        (
            {
                "retry-after": "Mon, 02 Mar 2026 10:01:30 GMT",
                "date": "Mon, 02 Mar 2026 10:00:00 GMT",
            },
            90,
        ),
        ({"retry-after": "Mon, 02 Mar 2026 10:01:30 GMT"}, 30),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], seconds: int) -> None:
    verdict = judge(Answer(503, headers), "X")
    assert verdict == Retry(timedelta(seconds=seconds), "X answered 503; it is asked again.")
