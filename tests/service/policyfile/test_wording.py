"""The words of pages in a policy: refused where a page could lose what it must say."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifiers.facts import page_facts
from notifiers.preview import preview
from notifiers.wording import PageFacts, email_subject, fits, menu, page_text, spoken, worded
from routing.language.policy_writer import policy_document
from routing.language.problems import PolicyErrors
from routing.phrases import PLACES, Phrases
from routing.policy import Policy
from service.policyfile.load import read_policy
from tests.routing import world
from tests.routing.story import Story
from tests.stories.organisation import POLICY

FACTS = PageFacts(
    case="ACME-7",
    code="4821",
    to="+46700000001",
    person="Anna Lind",
    account="Acme Corp",
    subject="Login fails {code} for everyone",
    severity="high",
    plan="premier",
    purpose="ask",
    due="Reply due 14:05 UTC.",
    why="on call in schedule first",
)
OURS = """
wording:
  sms: "{ask} {account} {severity}: {subject} ({case}). {due} 1 {code} takes it, 2 {code} not."
  email_subject: "{severity} {account} ({case})"
  asks: {ask: "Anybody there?"}
  severities:
    L1: {sms: "DOWN: {account} ({case}). 1 {code} takes it, 2 {code} not."}
  languages:
    sv:
      sms: "{severity} {account}: {subject} ({case}). {due} Svara 1 {code} ja, 2 {code} nej."
      voice: "Sidan {person}. {severity}. {account}. {subject}. {due} Ärende {case:spelt}."
      menu: Tryck 1 för ja, 2 för nej.
      speech: sv-SE
      due: "{promise} senast {time}."
      overdue: "{promise} skulle ha kommit {time}."
      promises: {reply: Svar}
      nothing: utan ämne
    ja: {sms: "{severity} {account}: {subject} ({case}). 1 {code} 担当, 2 {code} 不可."}
"""


def policy(words: str = OURS) -> Policy:
    return read_policy(POLICY + words, "p.yaml")


def as_worded(language: str = "", severity: str = "L2", **facts: str) -> PageFacts:
    words = policy().wording.phrases(language, severity)
    return worded(replace(FACTS, **facts), words)


def test_a_policy_words_its_texts_and_a_customers_words_are_never_places() -> None:
    assert page_text(as_worded()) == (
        "Anybody there? Acme Corp HIGH: Login fails {code} for everyone (ACME-7)."
        " Reply due 14:05 UTC. 1 4821 takes it, 2 4821 not."
    )
    assert email_subject(as_worded()) == "HIGH Acme Corp (ACME-7)"
    assert email_subject(FACTS) == ""


def test_what_says_nothing_leaves_no_gap() -> None:
    assert page_text(as_worded(purpose="page", due="")) == (
        "Acme Corp HIGH: Login fails {code} for everyone (ACME-7). 1 4821 takes it, 2 4821 not."
    )


def test_a_severity_has_its_own_and_a_language_too() -> None:
    assert page_text(as_worded(severity="L1")) == (
        "DOWN: Acme Corp (ACME-7). 1 4821 takes it, 2 4821 not."
    )
    swedish = as_worded("sv-FI", subject=" ")
    assert page_text(swedish).startswith("HIGH Acme Corp: utan ämne (ACME-7).")
    assert spoken(swedish).endswith("Ärende A C M E 7.")
    assert (menu(swedish), swedish.speech) == ("Tryck 1 för ja, 2 för nej.", "sv-SE")


def test_what_a_language_does_not_word_is_said_in_the_default_one() -> None:
    japanese = as_worded("ja")
    assert "担当" in page_text(japanese)
    assert spoken(japanese) == spoken(FACTS).replace("Still on it?", "Anybody there?")
    assert page_text(as_worded("fr")) == page_text(as_worded())


def test_what_is_due_is_said_in_the_persons_language() -> None:
    story = Story()
    anna = replace(world.ANNA, language="sv")
    said = {"to": "", "code": "4821", "purpose": "page", "why": ""}
    swedish = page_facts(policy(), story.case, anna, story.now, **said)
    assert swedish.due == "Svar senast 11:00 UTC."
    late = page_facts(policy(), story.case, anna, story.now + world.hours(2), **said)
    assert late.due == "Svar skulle ha kommit 11:00 UTC."
    usual = page_facts(policy(), story.case, world.ANNA, story.now, **said)
    assert usual.due == "Reply due 11:00 UTC."


def test_a_preview_tells_what_it_takes() -> None:
    text = preview(as_worded("ja"), "anna", "sms", "ja")
    assert (text.segments, text.encoding) == (2, "UCS-2")
    assert str(text).startswith("sms to anna (2 segments, UCS-2, 79 characters): HIGH Acme Corp")
    call = preview(as_worded("sv"), "anna", "voice", "sv")
    assert (call.segments, call.language) == (None, "sv-SE")
    assert call.text.endswith("Tryck 1 för ja, 2 för nej.")


def test_the_words_come_back_from_the_document_as_they_were() -> None:
    first = policy(OURS + "quiet_hours: {hold: [normal, urgent]}\n")
    again = read_policy(json.dumps(policy_document(first)), "again.json")
    assert (again.wording, again.quiet_holds) == (first.wording, frozenset({"normal", "urgent"}))
    assert policy_document(policy("")).keys() & {"wording", "quiet_hours"} == set()
    assert policy("quiet_hours: {hold: none}\n").quiet_holds == frozenset()


SMS = "({case}) 1 {code} yes, 2 {code} no"


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (f'sms: "{{severty}} {SMS}"', "17:8: wording.sms: there is no place {severty} here;"),
        (f'sms: "{{severty}} {SMS}"', "did you mean severity?"),
        (f'sms: "{SMS} {{"', "wording.sms: a brace stands alone"),
        ('sms: "({case}) 2 {code} no"', "wording.sms: it must say how to take it with its code"),
        ('sms: "({case}) 1 {code} yes"', "wording.sms: it must say how to decline it"),
        ('sms: "1 {code} yes, 2 {code} no"', "wording.sms: it must say {case}"),
        (f'sms: "{"word " * 60}{SMS}"', "it can take 3 segments (GSM-7); 2 are the most"),
        (f'sms: "{"障害発生" * 40}{SMS}"', "it can take 4 segments (UCS-2"),
        (f'languages: {{de: {{sms: "{{x}} {SMS}"}}}}', "languages.de.sms: there is no place"),
        (f'severities: {{L9: {{sms: "{SMS}"}}}}', "no severity is called 'L9'"),
        ('voice: "{phone}"', "wording.voice: there is no place {phone} here"),
        ('email_subject: "{account}"', "wording.email_subject: it must say {case}"),
        ('menu: "press"', "wording.menu: it must say what 1 and 2 do"),
        ('speech: "swedish, please"', "wording.speech: 'swedish, please' is no language"),
        ('languages: {"s!": {nothing: "x"}}', "'s!' is no language; write its tag"),
        ('due: "soon"', "wording.due: it must say {time}"),
        ('asks: {ask: "{code}"}', "wording.asks.ask: no place belongs here"),
        ('asks: {aks: "hm"}', "there is no member 'aks' here; did you mean ask?"),
        ('smms: "x"', "there is no member 'smms' here; did you mean sms?"),
    ],
)  # fmt: skip
def test_what_could_lose_a_page_is_refused_with_its_place(words: str, problem: str) -> None:
    with pytest.raises(PolicyErrors) as refused:
        policy(f"wording:\n  {words}\n")
    line = POLICY.count("\n") + 2
    assert any(problem.replace("17:8", f"{line}:8") in str(p) for p in refused.value.problems)


parts = st.lists(
    st.one_of(
        st.sampled_from([f"{{{place}}}" for place in sorted(PLACES)]),
        st.sampled_from(["down", "!", "障害", "€", "now"]),
    ),
    max_size=12,
)
anything = st.text(max_size=200)


@given(parts, anything, anything, anything, st.sampled_from(["page", "ask", "engineering"]))
def test_whatever_is_accepted_fits_and_says_how_to_answer(
    said: list[str], subject: str, account: str, why: str, purpose: str
) -> None:
    """A template that is not refused never loses its code, its case or its second segment."""
    template = f"{' '.join(said)} {SMS}"
    try:
        read = read_policy(f"{POLICY}wording:\n  sms: {json.dumps(template)}\n", "p.yaml")
    except PolicyErrors:
        return
    facts = replace(
        FACTS, subject=subject, account=account, why=why, plan=account, purpose=purpose,
        code="999999", case="AAAAAAAAAA-999999",
    )  # fmt: skip
    text = page_text(worded(facts, read.wording.phrases("", "L2")))
    assert fits(text)
    assert text.endswith("(AAAAAAAAAA-999999) 1 999999 yes, 2 999999 no")


def test_the_shipped_words_add_nothing_to_a_page() -> None:
    assert worded(FACTS, Policy("", "", (), {}, {}).wording.phrases("sv", "L1")) == FACTS
    assert Phrases() == policy("").wording.phrases("", "L1")
