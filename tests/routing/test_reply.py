"""What a text from a responder's phone means."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.reply import CARRIER, READERS, SHORT, WORDS, Reply, Verb, again, parse

ACK, NO, ESC, DONE, STATUS, NOTHING = (
    Verb.ACKNOWLEDGE,
    Verb.DECLINE,
    Verb.ESCALATE,
    Verb.RESOLVE,
    Verb.STATUS,
    Verb.NONE,
)
SNOOZE, TO, ADD, TAKE, NOTE = Verb.SNOOZE, Verb.REASSIGN, Verb.ADD, Verb.TAKE, Verb.NOTE
PLAIN = [
    ("1", ACK), ("a", ACK), ("A", ACK), ("ack", ACK), ("ACK", ACK), ("Ack.", ACK), ("ok", ACK),
    ("OK!", ACK), ("okay", ACK), ("acked", ACK), ("acknowledged", ACK), ("\U0001f44d", ACK),
    ("\U0001f44d\U0001f3fd", ACK), (" 1 ", ACK), ("'1'", ACK), ("\u201c1\u201d", ACK), ("(1)", ACK),
    ("\U0001f44d\U0001f44d", ACK), ("Ok \U0001f44d", ACK), ("\U0001f44e \U0001f44e", NO),
    ("1.", ACK), ("1)", ACK), ("\uff11", ACK), ("\uff21\uff23\uff2b", ACK), ("\xa01", ACK),
    ("2", NO), ("decline", NO), ("Declined", NO), ("\U0001f44e", NO), ("d", NO),
    ("3", ESC), ("esc", ESC), ("ESCALATE", ESC), ("e", ESC),
    ("r", DONE), ("R", DONE), ("resolve", DONE), ("Resolved.", DONE),
    ("?", STATUS), ("status", STATUS), ("STATUS?", STATUS), ("s", STATUS),
    ("me", Verb.OWN), ("ME", Verb.OWN), (" Me! ", Verb.OWN),
]  # fmt: skip
CODED = [
    ("1 4821", ACK, "4821"), ("1 #4821", ACK, "4821"), ("ack 4821", ACK, "4821"),
    ("ACK: 4821", ACK, "4821"), ("ack, 4821.", ACK, "4821"), ("ACK - 4821", ACK, "4821"),
    ("ack4821", ACK, "4821"), ("1-4821", ACK, "4821"), ("a4821", ACK, "4821"),
    ("\U0001f44d 4821", ACK, "4821"), ("2 4821", NO, "4821"), ("3 4821", ESC, "4821"),
    ("r 4821", DONE, "4821"), ("status 4821", STATUS, "4821"), ("? 4821", STATUS, "4821"),
    ("1 ACME-7", ACK, "ACME-7"), ("ack acme-1042!", ACK, "ACME-1042"), ("1  \t 4821", ACK, "4821"),
    ("1 12345", ACK, "12345"), ("ack 99", ACK, "99"), ("2 48 21", NO, "48"),
    ("1\n4821", ACK, "4821"), ("status 4821?", STATUS, "4821"), ("4821?", STATUS, "4821"),
    ("#1234 ?", STATUS, "1234"), ("ack 4821?", ACK, "4821"),
    ("\U0001f44d 4821 \U0001f44d", ACK, "4821"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "verb"), PLAIN)
def test_a_word_alone(text: str, verb: Verb) -> None:
    assert parse(text) == Reply(verb)


@pytest.mark.parametrize(("text", "verb", "code"), CODED)
def test_a_word_with_its_code(text: str, verb: Verb, code: str) -> None:
    found = parse(text)
    assert (found.verb, found.code, found.every) == (verb, code, False)


@pytest.mark.parametrize("text", ["ACK ALL", "ack all", "1 all", "ok all.", "\U0001f44d ALL"])
def test_everything_at_once(text: str) -> None:
    assert parse(text) == Reply(ACK, every=True)


@pytest.mark.parametrize("text", ["decline all", "2 all", "resolve all", "3 ALL"])
def test_only_acknowledging_takes_everything_at_once(text: str) -> None:
    assert parse(text) == Reply(NOTHING)


@pytest.mark.parametrize("text", [*sorted(CARRIER), "STOP", " Stop. ", "HELP!", "YES"])
def test_what_the_carrier_takes_for_itself_means_nothing_here(text: str) -> None:
    assert parse(text) == Reply(NOTHING, carrier=True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("4821", "4821"),
        ("#4821", "4821"),
        ("1234", "1234"),
        ("acme-7", "ACME-7"),
        (" 4821. ", "4821"),
    ],
)
def test_a_code_alone_says_nothing_even_if_it_begins_like_an_answer(text: str, code: str) -> None:
    assert parse(text) == Reply(NOTHING, code)


@pytest.mark.parametrize(
    "text",
    ["", " ", "\x00", "no", "what?", "who is this", "ok I will look", "a moment", "rather not",
     "stop it", "yes 4821", "me too", "meh", "me first please", "2 minutes",
     "3 more people call", "2min", "driving, 2 min", "10"],
)  # fmt: skip
def test_what_is_no_answer_is_not_taken_for_one(text: str) -> None:
    assert parse(text).verb is NOTHING or parse(text).code is not None
    assert parse(text).verb not in {NO, ESC, DONE}


@pytest.mark.parametrize(
    ("text", "verb", "code", "remark"),
    [
        ("ack on my way", ACK, None, "on my way"),
        ("1 on my way", ACK, None, "on my way"),
        ("1 4821 on my way", ACK, "4821", "on my way"),
        ("decline 4821 no laptop", NO, "4821", "no laptop"),
        ("decline, no laptop here", NO, None, "no laptop here"),
        ("escalate disk is full", ESC, None, "disk is full"),
        ("1\n-- \nSent from my phone", ACK, None, ""),
        ("2 4821\nSent from my phone", NO, "4821", ""),
    ],
)
def test_what_else_is_said_is_kept_as_a_remark(
    text: str, verb: Verb, code: str | None, remark: str
) -> None:
    assert parse(text) == Reply(verb, code, remark=remark)


SAID = [
    ("Z", Reply(SNOOZE)), ("Z 30", Reply(SNOOZE, minutes=30)), ("z30", Reply(SNOOZE, minutes=30)),
    ("SNOOZE 30m", Reply(SNOOZE, minutes=30)), ("snooze 2h", Reply(SNOOZE, minutes=120)),
    ("z 1h30", Reply(SNOOZE, minutes=90)), ("Sleep for 45 min.", Reply(SNOOZE, minutes=45)),
    ("Z 30 4821", Reply(SNOOZE, "4821", minutes=30)),
    ("Z 4821 30", Reply(SNOOZE, "4821", minutes=30)),
    ("z 1h 30m acme-7", Reply(SNOOZE, "ACME-7", minutes=90)), ("Z 1d", Reply(SNOOZE, minutes=1440)),
    ("Z 4821", Reply(SNOOZE, "4821")), ("Z 1440", Reply(SNOOZE, "1440")),
    ("Z 1440m", Reply(SNOOZE, minutes=1440)), ("Z 0", Reply(SNOOZE, minutes=0)),
    ("TO ben", Reply(TO, who="ben")), ("to Ben Okafor", Reply(TO, who="Ben Okafor")),
    ("TO ben 4821", Reply(TO, "4821", who="ben")), ("TO 4821 ben", Reply(TO, "4821", who="ben")),
    ("TO ben, 4821 knows the disks", Reply(TO, "4821", who="ben", remark="knows the disks")),
    ("to anna-1", Reply(TO, who="anna-1")), ("to anna-1 ACME-7", Reply(TO, "ACME-7", who="anna-1")),
    ("give it to ben", Reply(TO, who="ben")), ("REASSIGN ben", Reply(TO, who="ben")),
    ("TO", Reply(TO)),
    ("to me 4821", Reply(TAKE, "4821")), ("ADD ben", Reply(ADD, who="ben")), ("Add", Reply(ADD)),
    ("add: Ben Okafor 4821", Reply(ADD, "4821", who="Ben Okafor")),
    ("add me", Reply(ADD, who="me")),
    ("TAKE", Reply(TAKE)), ("take over", Reply(TAKE)), ("Take over 4821", Reply(TAKE, "4821")),
    ("takeover acme-7", Reply(TAKE, "ACME-7")), ("T 4821", Reply(TAKE, "4821")),
    ("N disk is full", Reply(NOTE, remark="disk is full")), ("n", Reply(NOTE)),
    ("NOTE 4821: disk is full", Reply(NOTE, "4821", remark="disk is full")),
    ("n acme-7 (see <log>)", Reply(NOTE, "ACME-7", remark="(see <log>)")),
    ("Note: it's\nfull\n\n-- \nAnna", Reply(NOTE, remark="it's\nfull")),
    ("menu", Reply(Verb.MENU)), ("Commands?", Reply(Verb.MENU)),
    ("? all", Reply(STATUS, every=True)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "meant"), SAID)
def test_what_else_a_responder_can_say(text: str, meant: Reply) -> None:
    assert parse(text) == meant


@pytest.mark.parametrize(
    "text",
    ["take it easy", "z later", "zzz", "nothing works", "not now", "menu please", "tomorrow",
     "n/a!", "together", "taken", "address?", "addition", "note to self"],
)  # fmt: skip
def test_what_only_looks_like_one_changes_no_case(text: str) -> None:
    assert parse(text).verb in {NOTHING, NOTE}


def test_no_word_is_a_carriers_and_every_answer_has_one() -> None:
    assert CARRIER.isdisjoint(WORDS)
    assert set(WORDS.values()) == set(Verb) - {NOTHING}
    assert SHORT.keys() == set(Verb)
    assert READERS.keys() <= set(Verb)


def test_the_page_for_responders_says_what_is_read() -> None:
    """Every answer in the first column of docs/answering.md, and each stands for the one verb."""
    page = (Path(__file__).parents[2] / "docs" / "answering.md").read_text()
    rows = page.partition("## By text")[2].partition("## By telephone")[0].splitlines()
    verbs = []
    for row in (row for row in rows if row.startswith("| `")):
        answers = [parse(text).verb for text in re.findall(r"`([^`]+)`", row.split("|")[1])]
        assert len(set(answers)) == 1, row
        verbs += answers[:1]
    assert set(verbs) == set(Verb) - {NOTHING}


names = st.sampled_from(["ben", "Ben Okafor", "bjorn-2", "anna.k"])
codes = st.one_of(st.integers(1000, 999_999).map(str), st.sampled_from(["ACME-7", "B2-1042"]))
verbs = st.sampled_from([v for v in Verb if v not in {NOTHING, Verb.MENU, Verb.OWN}])


@given(verbs, codes, names, st.integers(1, 999), st.booleans())
def test_the_answer_that_is_offered_is_the_answer_that_is_read(
    verb: Verb, code: str, who: str, count: int, lower: bool
) -> None:
    """Whatever we tell a person to write, in any case, means exactly that and that page."""
    named = verb in {TO, ADD}
    reply = Reply(verb, None, minutes=count if verb is SNOOZE else None, who=who if named else "")
    text = again(reply, code)
    found = parse(text.lower() if lower else text)
    assert (found.verb, found.code, found.minutes) == (verb, code, reply.minutes)
    assert found.who.lower() == reply.who.lower()


@given(codes, st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=80))
def test_a_note_is_kept_as_it_was_written(code: str, words: str) -> None:
    found = parse(f"N {code} saw {words}")
    assert (found.verb, found.code) == (NOTE, code)
    assert found.remark == f"saw {words}"


@given(st.text(max_size=400))
def test_any_text_at_all_has_a_meaning_or_none(text: str) -> None:
    found = parse(text)
    assert found.verb in Verb
    assert found.code is None or (found.code == found.code.upper() and len(found.code) < 200)


@given(st.sampled_from([w for w, _ in PLAIN]), st.integers(1000, 9999))
def test_a_word_and_a_code_are_read_whatever_stands_around_them(word: str, code: int) -> None:
    plain = parse(word)
    for text in (f"{word} {code}", f" {word}  #{code} ", f"{word.upper()} {code}."):
        assert (parse(text).verb, parse(text).code) == (plain.verb, str(code))
