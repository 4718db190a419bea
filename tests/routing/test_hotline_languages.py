"""What callers are spoken to in: which language it is, and that none of it has a hole."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from routing.case import Case
from routing.case import State as CaseState
from routing.hotline import step
from routing.hotline_call import (
    Call,
    CaseMade,
    Held,
    Keys,
    Rang,
    Silence,
    State,
    Step,
    Tell,
)
from routing.hotline_caller import caller_of, contact_at, language_for
from routing.hotline_facts import due, minutes, moment, place
from routing.hotline_prompt import Prompt, prompt
from routing.hotline_rules import HotlineRules, Tongue
from routing.hotline_telling import SHIPPED, SPEECH, places, shipped, speech, told, unworded, worded
from routing.hotline_who import Caller
from routing.hotline_words import STAFF, WORDS
from routing.people import Account, Contact
from routing.sla import Clock, ClockState, Metric, Target
from routing.tags import kin, lookup
from service.policyfile.load import read_policy, sample

NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)
GERMAN, FRENCH = Tongue("de", voice="Polly.Vicki", greeting="Kleiner Support."), Tongue("fr-CA")
DUTCH = Tongue("nl", speech="nl-NL", words={"goodbye": "Tot ziens.", "minutes": "{count} minuten"})
RULES = HotlineRules(
    greeting="Small Support.", portal="support.example", number="+14155550100",
    languages=(GERMAN, FRENCH, DUTCH), words={"thanks": "Noted: {case:spelt}."},
)  # fmt: skip
ADA = Caller("acme", "Acme Corp", "premier", entitled=True)
KEYWORDS = re.compile(r"\b(?:STATUS|FALSE ALARM|EMERGENCY)\b")
SPELT = re.compile(r"\{\w+(?::spelt)?\}")


def test_every_shipped_language_has_every_prompt_with_every_place_key_and_keyword() -> None:
    for tag, said in SHIPPED.items():
        assert list(said) == list(WORDS), tag
        for key, text in said.items():
            english = WORDS[key]
            assert sorted(SPELT.findall(text)) == sorted(SPELT.findall(english)), (tag, key)
            assert set(KEYWORDS.findall(text)) == set(KEYWORDS.findall(english)), (tag, key)
            assert pressed(text) == pressed(english) or key == "language", (tag, key)
            assert text == " ".join(text.split()), (tag, key)
            assert len(text) < 300, (tag, key, "it is spoken, or one text or two")
        assert len(said["months"].split()) == 12, tag
        assert tag in SPEECH


def pressed(text: str) -> list[str]:
    """The keys and minutes a sentence names; a minute and a first place may be a word."""
    return [] if text == "1 minute" else re.findall(r"\d+", re.sub(r"\{.*?\}", "", text))


def test_no_sentence_is_the_english_one_but_what_is_the_same() -> None:
    for tag, said in SHIPPED.items():
        same = {key for key in said if said[key] == WORDS[key]} if tag != "en" else set()
        assert same <= {"minutes"}, (tag, same)


def test_every_state_of_a_case_has_its_word() -> None:
    assert all(state.value in WORDS for state in CaseState)


def test_what_engineers_hear_is_not_asked_of_a_callers_language() -> None:
    assert WORDS.keys() > STAFF
    assert unworded(RULES, GERMAN) == unworded(RULES, RULES.own) == ()
    missing = unworded(RULES, DUTCH)
    assert "goodbye" not in missing
    assert "confirm" in missing
    assert not STAFF & set(missing)
    dutch = replace(RULES, language="nl-NL", words=DUTCH.words, languages=())
    assert set(unworded(dutch, dutch.own)) == WORDS.keys() - {"goodbye", "minutes"}


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        (("de",), "de"),
        (("DE-at",), "de"),
        (("fr",), "fr-CA"),
        (("fr-FR", "de"), "fr-CA"),
        (("ja", "de"), "de"),
        (("en-GB", "de"), ""),
        (("", None, "nl-BE"), "nl"),
        (("ja",), ""),
        ((), ""),
    ],
)
def test_the_first_wish_that_can_be_met_is_met(
    wishes: tuple[str | None, ...], language: str
) -> None:
    assert RULES.language_of(*wishes) == language


def test_a_region_stands_for_its_language_and_the_other_way_round_alone_where_it_helps() -> None:
    assert (lookup("pt-BR", ["pt"]), lookup("pt", ["pt-BR"])) == ("pt", None)
    assert (kin("pt", ["es", "pt-BR"]), kin("zh-TW", ["zh", "zh-CN"])) == ("pt-BR", "zh")


@pytest.mark.parametrize(
    ("contact", "account", "ticket", "language"),
    [
        ("de", "fr", "nl", "de"),
        ("", "fr", "nl", "fr-CA"),
        ("", "", "nl", "nl"),
        ("", "", None, ""),
        ("ja", "", "nl", "nl"),
        ("en", "fr", "nl", ""),
    ],
)
def test_his_own_language_then_his_accounts_then_his_tickets(
    contact: str, account: str, ticket: str | None, language: str
) -> None:
    people = (Contact("Ada", phone="+14155550101", language=contact), Contact("Bob"))
    acme = Account("acme", "Acme", "premier", contacts=people, language=account)
    ada = contact_at(acme, "+14155550101")
    assert language_for(RULES, acme, ada, ticket) == language
    assert contact_at(acme, None) is None
    assert contact_at(None, "+14155550101") is None


@pytest.mark.parametrize(
    ("asked", "language", "text", "spoken", "voice"),
    [
        (prompt("goodbye"), "de", "Auf Wiederhören.", "de-DE", "Polly.Vicki"),
        (prompt("goodbye"), "fr-CA", "Au revoir.", "fr-CA", ""),
        (prompt("goodbye"), "nl", "Tot ziens.", "nl-NL", ""),
        (prompt("one_moment"), "nl", "One moment, please.", "en-US", ""),
        (prompt("goodbye"), "gone from the policy", "Goodbye.", "en-US", ""),
        (Prompt("goodbye", {}, "de"), "fr-CA", "Auf Wiederhören.", "de-DE", "Polly.Vicki"),
        (Prompt("goodbye", {}, ""), "fr-CA", "Goodbye.", "en-US", ""),
        (prompt("thanks", case="A-7"), "", "Noted: A 7.", "en-US", ""),
        (prompt("thanks", case="A-7"), "nl", "Noted: A 7.", "en-US", ""),
        (prompt("case_number", case="A-7"), "de",
         "Ihre Fallnummer ist A 7. Wir schicken sie Ihnen per SMS.", "de-DE", "Polly.Vicki"),
    ],
)  # fmt: skip
def test_words_and_voice_go_together_down_to_the_policys_own(
    asked: Prompt, language: str, text: str, spoken: str, voice: str
) -> None:
    said, tongue = told(RULES, asked, language)
    assert (said, speech(tongue), tongue.voice) == (text, spoken, voice)


def test_at_last_our_english_stands_in_for_a_policy_that_has_no_words() -> None:
    rules = replace(RULES, language="nl-NL", voice="Polly.Lotte", words={}, languages=())
    assert (told(rules, prompt("goodbye"))[0], speech(told(rules, prompt("goodbye"))[1])) == (
        "Goodbye.", "en-US",
    )  # fmt: skip
    assert shipped("de-CH") == shipped("de")


def test_each_is_greeted_by_the_name_the_policy_has_in_his_language() -> None:
    assert worded(RULES, prompt("greeting"), "de").startswith("Kleiner Support. Diese Leitung")
    assert worded(RULES, prompt("greeting"), "fr-CA").startswith("Small Support. Cette ligne")
    assert "Portal, support.example." in worded(RULES, prompt("portal_text"), "de")


SHORT, FAR = NOW + timedelta(minutes=15), NOW + timedelta(days=3)


@pytest.mark.parametrize(
    ("language", "near", "far", "waited"),
    [
        ("", "before 03:15 UTC.", "before 5 Mar 03:00 UTC.", "1 minute"),
        ("de", "bis 03:15 UTC an.", "bis 5. März, 03:00 UTC an.", "einer Minute"),
        ("fr-CA", "avant 03:15 UTC.", "avant le 5 mars à 03:00 UTC.", "une minute"),
        ("es", "antes de las 03:15 UTC.", "antes de las 03:00 UTC del 5 de marzo.", "un minuto"),
    ],
)
def test_facts_are_words_too(language: str, near: str, far: str, waited: str) -> None:
    rules = replace(RULES, languages=(*RULES.languages, Tongue("es")))
    for at, end in ((SHORT, near), (FAR, far)):
        said = worded(rules, prompt("promise", deadline=moment(at, NOW)), language)
        assert said.endswith(end)
    told_of = {"minutes": minutes(timedelta(seconds=20)), "place": place(0)}
    progress = prompt("progress", **told_of, whom=prompt("next_engineer"))
    said = worded(rules, progress, language)
    assert waited in said
    assert "{" not in said
    assert worded(rules, place(0), language) in said
    assert "12" in worded(rules, place(11), language)


def test_what_is_due_is_said_in_his_language() -> None:
    clock = Clock(Metric.FIRST_REPLY, ClockState.RUNNING, NOW, "always", Target(60), SHORT)
    case = Case(
        "A-7", "hotline", "CA1", "p", NOW, "acme", "Acme", "premier", "L1", CaseState.PAGING
    )
    owing = replace(case, clocks=(clock,))
    assert due(case, NOW) == ""
    assert worded(RULES, prompt("status_text", due=due(owing, NOW)), "de").endswith(
        "Antwort fällig: 03:15 UTC."
    )
    assert worded(RULES, prompt("status_text", due=due(owing, SHORT))).endswith(
        "Reply was due 03:15 UTC."
    )


class Talk:
    def __init__(self, rules: HotlineRules = RULES) -> None:
        self.call, self.rules = Call("CA1", "+14155550999", "room", NOW), rules
        self.last: Step

    def on(self, *events: object) -> list[str]:
        for event in events:
            self.last = step(self.call, event, self.rules, NOW)
            self.call = self.last.call
        return [worded(self.rules, p, self.call.language) for p in self.last.prompts]


def test_who_is_not_known_hears_a_menu_of_the_others_each_in_its_own() -> None:
    _, asked, *menu = Talk().on(Rang())
    assert asked.startswith("Please enter your support PIN")
    assert menu == [
        "Für Deutsch drücken Sie die 2 und dann die Rautetaste.",
        "Pour le français, appuyez sur le 3, puis sur dièse.",
    ], "no Dutchman is told to press a key for English"
    assert len(Talk(replace(RULES, languages=())).on(Rang())) == 2


def test_a_key_of_the_menu_costs_no_try_and_the_pin_is_what_it_was() -> None:
    talk = Talk(replace(RULES, pin_attempts=1))
    assert talk.on(Rang(), Keys("2")) == [worded(RULES, prompt("ask_pin"), "de")]
    assert (talk.call.language, talk.call.tries, talk.call.state) == ("de", 0, State.IDENTIFYING)
    assert talk.on(Keys("1"))[0].startswith("Please enter")
    talk.on(Keys("3"), Keys("482915", replace(ADA, language="de")))
    assert (talk.call.state, talk.call.language) == (State.CONFIRMING, "fr-CA"), "he chose it"


@pytest.mark.parametrize("keys", ["5", "9", "0", "22", "2222", ""])
def test_other_keys_are_a_wrong_pin(keys: str) -> None:
    talk = Talk()
    assert talk.on(Rang(), Keys(keys))[0] == WORDS["wrong_pin"]
    assert (talk.call.tries, talk.call.language) == (1, "")
    talk.on(Keys("2"))
    assert talk.on(Keys("2"))[0] == worded(RULES, prompt("wrong_pin"), "de"), "it is chosen already"


def test_the_policys_own_language_can_be_chosen_too() -> None:
    talk = Talk()
    assert talk.on(Rang(), Keys("2"), Keys("1"))[0].startswith("Please enter")
    talk.on(Keys("482915", replace(ADA, language="de")))
    assert (talk.call.tries, talk.call.language) == (0, "en-US")
    assert worded(RULES, prompt("goodbye"), talk.call.language) == "Goodbye."


def test_without_languages_no_digit_is_a_choice() -> None:
    talk = Talk(replace(RULES, languages=()))
    talk.on(Rang(), Keys("2"), Keys("1"), Keys("2"))
    assert (talk.call.tries, talk.call.state) == (3, State.RECORDING)


def test_silence_is_offered_the_menu_again_until_a_language_was_chosen() -> None:
    talk = Talk()
    assert len(talk.on(Rang(), Silence())) == 4
    assert len(talk.on(Keys("2"), Silence())) == 2


def test_a_known_caller_is_spoken_to_in_his_language_from_the_first_word() -> None:
    talk = Talk()
    greeting, asked = talk.on(Rang(replace(ADA, language="de")))
    assert greeting.startswith("Kleiner Support.")
    assert "drücken Sie die 1" in asked
    talk.on(Keys("1"), CaseMade("A-7"))
    assert isinstance(talk.last.acts[0], Tell)
    talk.call = replace(talk.call, spoken_at=NOW - timedelta(minutes=1))
    (said,) = talk.on(Held(ahead=3))
    assert said.startswith("Sie sind an Stelle 4 in der Warteschlange; wir rufen gerade den dienst")
    assert "Sie warten seit einer Minute." in said


@pytest.mark.parametrize(
    ("account", "english", "german"),
    [
        (Account("a", "Acme", "e10"), "E10 does not include hotline.",
         "E10 enthält die Notfallleitung nicht."),
        (Account("a", "Acme", "premier", "suspended"), "Acme is suspended.",
         "Das Konto von Acme ist gesperrt."),
        (Account("a", "Acme", "premier", "expired"), "Acme is expired.",
         "Der Vertrag von Acme ist abgelaufen."),
    ],
)  # fmt: skip
def test_why_the_hotline_is_not_for_him_is_said_in_his_language(
    account: Account, english: str, german: str
) -> None:
    policy = read_policy(sample("policy.yaml"), "policy.yaml")
    caller = caller_of(policy, account)
    assert not caller.entitled
    asked = prompt("not_entitled", why=caller.why)
    assert english in worded(RULES, asked)
    assert german in worded(RULES, asked, "de")


def test_places_are_told_from_words() -> None:
    assert places(WORDS["promised"]) == {"deadline", "case"}
