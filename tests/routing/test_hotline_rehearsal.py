"""The worst case of the hotline, in seconds."""

from datetime import UTC, datetime

from routing.hotline_rehearsal import rehearse_hotline
from routing.tools.rehearsal import Pacing
from service.policyfile.load import read_directory, read_policy
from tests.stories.hotline import DIRECTORY, POLICY

AT = datetime(2026, 3, 2, 3, tzinfo=UTC)
FAST = Pacing(0, 0)


def test_the_worst_case_is_the_last_person_reached_and_the_longest_talk() -> None:
    policy = read_policy(POLICY, "policy.yaml")
    directory = read_directory(DIRECTORY, "directory.yaml")
    found = rehearse_hotline(policy, directory, AT, "acme", FAST)
    assert found.people == ("carl", "ben", "grace")
    assert found.first is not None
    assert found.worst is not None
    assert found.worst - found.first == 15 * 60, "ten minutes for Carl, five for Ben"
    assert 60 < found.talk < 150
    assert found.offered == found.talk + 240
    assert f"{found.worst:.0f} s at the worst (carl, ben, grace)" in str(found)
    assert found.promised == found.offered + 900


def test_where_nobody_is_reached_no_time_is_promised() -> None:
    policy = read_policy(POLICY, "policy.yaml")
    nobody = read_directory("people: []\n", "directory.yaml")
    found = rehearse_hotline(policy, nobody, AT)
    assert (found.first, found.worst, found.people) == (None, None, ())
    assert "No human would be reached." in str(found)
