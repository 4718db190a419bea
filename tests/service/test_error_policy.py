"""What every error code of Twilio's leads to: for the phone, for the provider, for the person.

The codes are transcribed from https://www.twilio.com/docs/api/errors, by what has to happen.
"""

import pytest

from notifiers.circuit import OF_ONE_NUMBER, Circuit
from notifiers.notifier import Fault
from notifiers.simulator.records import Ailment, Trouble
from notifiers.twilio.errors import CODES, fault_of
from routing.page import PageState
from tests.service.post import Post

POLICY: dict[Fault, set[int]] = {
    Fault.NUMBER: {21211, 21214, 21217, 21612, 30005, 13223, 13224},
    Fault.LANDLINE: {21614, 21635, 30006},
    Fault.OPTED_OUT: {21610, 30004},
    Fault.BLOCKED: {30007, 30450, 21216, 13225},
    Fault.CONFIGURATION: {
        20003, 20005, 10001, 21205, 21210, 21212, 21601, 21603, 21606, 21608, 21609, 13214, 21408,
        21215, 13227, 30002, 30032, 30034, 30035, 12100, 12200, 12300, 11750, 11200, 11205,
    },
    Fault.THROTTLED: {20429, 21611, 22005, 10004, 30001, 30022, 30023, 14107},
    Fault.TRANSIENT: {20500, 20503, 30003, 30008, 30017, 30410, 30036},
    Fault.BENIGN: {21220, 21262, 20404, 13617},
    Fault.OURS: {21617},
}  # fmt: skip
"""21212 names the sender, so it is ours to mend and no fault of the person's number."""
WORSE = Fault.CONFIGURATION
"""What a benign code means for something new: an address of the API that is not there."""


def test_every_code_has_its_class() -> None:
    assert {code: fault_of(code) for code in CODES} == {
        code: fault for fault, codes in POLICY.items() for code in codes
    }


@pytest.mark.parametrize(
    ("fault", "next_channel", "marked", "counted"),
    [
        (Fault.NUMBER, "voice", True, False),
        (Fault.LANDLINE, "voice", True, False),
        (Fault.OPTED_OUT, "voice", True, False),
        (Fault.BLOCKED, "voice", False, False),
        (Fault.CONFIGURATION, "voice", False, True),
        (Fault.THROTTLED, "sms", False, False),
        (Fault.TRANSIENT, "sms", False, False),
        (Fault.BENIGN, "voice", False, True),
        (Fault.OURS, "voice", False, False),
    ],
)
async def test_a_class_has_its_action(
    post: Post,
    fault: Fault,
    next_channel: str,
    marked: bool,
    counted: bool,
) -> None:
    """Every code of the class, one after another, each for a page of Carl's of its own."""
    circuits = post.sender.settling.circuits
    for code in sorted(POLICY[fault] - {20500, 20503, 30023} - OF_ONE_NUMBER):
        case = (await post.office.report(f"T-{code}", tags=("by-voice",))).case or ""
        post.twilio.trouble(Trouble(Ailment.REFUSE, code=code, times=1, channel="sms"))
        await post.serve()
        rows = await post.office.pool.fetch(
            "select channel from outbox where case_id = $1 and state = 'queued'", case
        )
        assert [r["channel"] for r in rows if r["channel"] != "standard"] == [next_channel], code
        (page,) = (await post.office.case(case)).open_pages
        assert (page.person, page.state) == ("carl", PageState.OPEN)
        known = circuits.of(post.sender.switchboard.lines("sms")[0])
        assert (known != Circuit()) is counted, code
        methods = (await post.office.desk.shelf()).people["carl"].contact_methods
        assert (methods[0].disabled is not None) is marked, code
        post.twilio.trouble(None)
        circuits.known = {}
        await post.office.pool.execute("delete from circuits; delete from outbox")
        await post.office.service.contacts.enable("carl", "mobile")
