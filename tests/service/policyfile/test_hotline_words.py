"""The hotline's languages in a policy: read, written back, refused, and what `check` misses."""

import pytest

from routing.directory import Directory
from routing.hotline_rehearsal import rehearse_hotline
from routing.hotline_rules import HotlineRules, Tongue
from routing.hotline_words import STAFF, WORDS
from routing.language.policy_writer import policy_document
from routing.language.problems import PolicyErrors
from routing.policy import Policy
from routing.tools.check_routes import route_findings
from service.policyfile.load import read_policy
from service.store import codec
from tests.service.office import NOW

HEAD = """
policy: p
extends: mattermost@2021-08
schedules: {s: {zone: UTC, rotation: {people: [a]}}}
escalation_policies: {e: {steps: [{page: schedule s}]}}
routes: [{id: r, escalate: e}]
duty_manager: person a
"""


def policy(hotline: str) -> Policy:
    return read_policy(f"{HEAD}hotline: {hotline}\n", "p.yaml")


def read(hotline: str) -> HotlineRules:
    return policy(hotline).hotline


@pytest.mark.parametrize(
    ("written", "languages"),
    [
        ("{voice: Polly.Joanna}", ()),
        ("{languages: {fr: {}, de: }}", (Tongue("fr"), Tongue("de"))),
        ("{languages: [{id: de-AT, voice: Google.de-DE-Wavenet-B}]}",
         (Tongue("de-AT", voice="Google.de-DE-Wavenet-B"),)),
        ("{languages: {nl: {speech: nl-BE, greeting: Kleine steun., words: {goodbye: Dag.}}}}",
         (Tongue("nl", "nl-BE", "", "Kleine steun.", {"goodbye": "Dag."}),)),
    ],
)  # fmt: skip
def test_languages_are_read_in_order_and_written_back_the_same(
    written: str, languages: tuple[Tongue, ...]
) -> None:
    rules = read(written)
    assert rules.languages == languages
    document = codec.encode(policy_document(policy(written)))
    assert read_policy(document, "p.json").hotline == rules
    assert codec.decoder(HotlineRules)(codec.encode(rules)) == rules


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{language: english}", "'english' is no language"),
        ("{voice: Vicki}", "'Vicki' is no voice; write it as Twilio does"),
        ("{languages: {de_DE: {}}}", "'de_DE' is no language"),
        ("{languages: {nl: {}}}", "`speech` is missing"),
        ("{languages: {NL: {}}}", "`speech` is missing"),
        ("{languages: {nl: {speech: dutch}}}", "'dutch' is no language"),
        ("{languages: {en-US: {}}}", "stand at the top and below `languages`"),
        ("{languages: {EN-us: {}}}", "stand at the top and below `languages`"),
        ("{languages: {de: {}, DE: {}}}", "the words of 'de' stand twice below `languages`"),
        ("{languages: {de: {music: ours}}}", "there is no member 'music' here"),
        ("{languages: {de: {words: {godbye: x}}}}", "did you mean goodbye?"),
        ("{words: {thanks: 'Noted: {caes}.'}}", "there is no place {caes} here"),
        ("{languages: {de: {words: {thanks: 'Danke {'}}}}", "a brace stands alone"),
        ("{languages: {de: {words: {months: Januar Februar}}}}", "the twelve months"),
        ("{languages: {da-DK: , de: , es: , fr: , it-IT: , nb-NO: , nl-NL: , pl-PL: , sv-SE: }}",
         "there are 9 languages; 8 are the most"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_a_sentence(written: str, said: str) -> None:
    with pytest.raises(PolicyErrors) as refused:
        read(written)
    assert said in str(refused.value)


def findings(hotline: str) -> dict[str, str]:
    found = route_findings(policy(hotline), Directory({}, {}))
    return {f.key: f.sentence for f in found if f.key.startswith("hotline-words") and f.serious}


def test_check_names_the_prompts_a_language_lacks() -> None:
    assert findings("{languages: {de: , fr-CA: , es-MX: }}") == {}
    assert findings("{language: de}") == {}
    (said,) = findings("{languages: {nl-NL: {words: {goodbye: Dag.}}}}").values()
    assert "speaks nl-NL, but says this in en-US, for want of words: greeting, ask_pin," in said
    assert "goodbye" not in said
    assert "whisper" not in said, "engineers hear the policy's language"
    (said,) = findings("{language: nl-NL}").values()
    assert "in English" in said
    assert all(key in said for key in STAFF)
    every = "".join(f"{key}: '{text}', " for key, text in WORDS.items() if "'" not in text)
    assert findings(f"{{languages: {{nl-NL: {{words: {{{every}}}}}}}}}") == {}


def test_the_worst_case_counts_the_menu_and_the_longest_of_the_languages() -> None:
    one, more = policy("{}"), policy("{languages: {de: , fr: }}")
    talks = [rehearse_hotline(p, Directory({}, {}), NOW).talk for p in (one, more)]
    assert talks[1] > talks[0] + 3 * 5
