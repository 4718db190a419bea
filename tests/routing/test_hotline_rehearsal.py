"""The worst case of the hotline, in seconds."""

from datetime import UTC, datetime

import pytest

from routing.hotline import step
from routing.hotline_asking import MOST_OFFERED
from routing.hotline_call import Call, Keys, Rang, Silence, Then
from routing.hotline_rehearsal import ABOUT, CASE, PIN_KEYS, WORDS_A_SECOND, rehearse_hotline
from routing.hotline_telling import worded
from routing.hotline_who import Caller, Matter
from routing.hotline_words import KEY_SECONDS, PIN_SECONDS
from routing.tools.rehearsal import Pacing
from service.policyfile.load import read_directory, read_policy
from tests.stories.hotline_papers import DIRECTORY, POLICY

AT = datetime(2026, 3, 2, 3, tzinfo=UTC)
FAST = Pacing(0, 0)


def test_the_worst_case_is_the_last_person_reached_and_the_longest_talk() -> None:
    policy = read_policy(POLICY, "policy.yaml")
    directory = read_directory(DIRECTORY, "directory.yaml")
    found = rehearse_hotline(policy, directory, AT, "acme", FAST)
    assert found.people == ("carl", "ben", "grace")
    assert found.first is not None
    assert found.worst is not None
    by_text = found.worst - found.first - 15 * 60  # ten minutes for Carl, five for Ben
    assert 0 < by_text < 30, "Carl is rung, Grace is texted and then called to the line"
    assert 60 < found.talk < 180
    assert 240 < found.offered - found.talk < 270, "said at the first look after the hold"
    assert 900 < found.promised - found.offered < 960
    said = str(found)
    assert "if Carl Ek answers at once" in said
    assert f"{found.worst:5.0f} s at the worst: only Grace Holm answers" in said
    assert "in this order: Carl Ek, Ben Okafor, Grace Holm" in said


def test_the_longest_talk_is_as_long_as_the_conversation_itself() -> None:
    """A PIN right at the last try, a key after two silences, three cases it is not about."""
    policy = read_policy(POLICY, "policy.yaml")
    rules, directory = policy.hotline, read_directory(DIRECTORY, "directory.yaml")
    open_cases = tuple(Matter(CASE, ABOUT) for _ in range(MOST_OFFERED))
    ada = Caller("acme", "Acme Corp", "premier", entitled=True, open_cases=open_cases)
    wrong = [Keys("1234")] * (rules.pin_attempts - 1)
    call, spent = Call("CA1", "+14155550999", "room", AT), 0.0
    for event in (Rang(), *wrong, Keys("482915", ada), Silence(), Silence(), Keys("1")):
        made = step(call, event, rules, AT)
        call, waits = made.call, {Then.PIN: PIN_SECONDS + PIN_KEYS, Then.KEY: KEY_SECONDS}
        words = " ".join(worded(rules, said) for said in made.prompts).split()
        spent += len(words) / WORDS_A_SECOND + waits[made.then]
    talk = rehearse_hotline(policy, directory, AT, "acme", FAST).talk
    assert talk == pytest.approx(spent, abs=0.1)


def test_the_worst_is_the_last_contact_whoever_it_goes_to() -> None:
    """Carl is rung first, and once more as duty manager when he and Ben were asked in vain."""
    policy = read_policy(POLICY.replace("person grace", "person carl"), "policy.yaml")
    found = rehearse_hotline(policy, read_directory(DIRECTORY, "d.yaml"), AT, "acme", FAST)
    assert found.first is not None
    assert found.worst == found.first + 15 * 60
    assert "only Carl Ek answers" in str(found)


def test_where_nobody_is_reached_no_time_is_promised() -> None:
    policy = read_policy(POLICY, "policy.yaml")
    nobody = read_directory("people: []\n", "directory.yaml")
    found = rehearse_hotline(policy, nobody, AT)
    assert (found.first, found.worst, found.people) == (None, None, ())
    assert "no human would be reached" in str(found)
