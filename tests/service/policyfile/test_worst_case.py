"""The worst case of `coverage`: contact rules, their repetitions, waits and the provider's pacing.

The demo's steps wait five minutes, so the second person is paged 300 seconds after the first.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from routing.people import ContactRule
from routing.tools.coverage import coverage
from routing.tools.rehearsal import Pacing, rehearse
from tests.service.policyfile.test_tools import DIRECTORY, NEW_YEAR, NIGHT, URGENT, demo

FREE, SLOW = Pacing(0, 0), Pacing(sms=0, voice=1 / 120)
MINUTE = timedelta(minutes=1)
CALL = ContactRule("call", timedelta())
LATER = replace(CALL, after=2 * MINUTE)
THRICE = replace(CALL, repeat=2, every=MINUTE)
OFTEN = replace(CALL, repeat=10, every=MINUTE)


@pytest.mark.parametrize(
    ("rule", "pacing", "first", "second"),
    [
        (CALL, FREE, 0, 300),
        (CALL, SLOW, 0, 300),
        (LATER, FREE, 120, 420),
        (THRICE, FREE, 0, 300),
        (THRICE, SLOW, 0, 360),
        (OFTEN, SLOW, 0, 600),
    ],
    ids=["at once", "paced", "late", "repeated", "repeated and paced", "cut by the step's wait"],
)
def test_the_worst_case_counts_what_keeps_the_line_busy(
    rule: ContactRule, pacing: Pacing, first: int, second: int
) -> None:
    people = {
        name: replace(person, contact_rules={"urgent": (rule,)})
        for name, person in DIRECTORY.people.items()
    }
    directory = replace(DIRECTORY, people=people)
    row = coverage(demo(), directory, NEW_YEAR, 7, pacing=pacing).rows[0]
    wanted = (timedelta(seconds=first), timedelta(seconds=second))
    assert (row.to_first, row.to_second) == wanted
    played = rehearse(demo(), directory, URGENT, NIGHT, pacing=pacing).contacts
    reached = {contact.person: contact.at - NIGHT for contact in reversed(played)}
    assert tuple(sorted(reached.values())[:2]) == wanted
