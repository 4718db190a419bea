"""Every customer is spoken and written to in his language, and engineers in the policy's."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from notifiers.twilio import twiml
from notifiers.twilio.twiml_check import check
from routing.hotline_rules import HotlineRules, Tongue
from routing.hotline_telling import SHIPPED, own_words, places
from routing.hotline_words import WORDS
from service.hotline import speech
from service.hotline.texts import Texts
from service.hotline.ticking import tick
from service.responder import Responder
from tests.service.calling import ADA, POLICY, Phone, calls, cases, run, sent
from tests.service.web import world as web
from tests.service.web.world import World

STRANGER, ANNA = "+14155550999", "+46701740605"
SPOKEN = """  portal: support.example
  languages:
    de: {voice: Polly.Vicki-Neural, greeting: Kleiner Support.}
    fr-CA: {words: {goodbye: Bonne journée.}}
    nl: {speech: nl-NL, words: {goodbye: Tot ziens.}}
"""
EMPTY = "truncate cases, hotline_calls, hotline_callbacks, outbox, intake cascade"
LIVES_IN = """
update accounts set body = (body::jsonb || jsonb_build_object(
    'language', $1::text, 'contacts', jsonb_build_array(
        body::jsonb->'contacts'->0 || jsonb_build_object('language', $2::text))))::json
where id = 'acme'
"""


@pytest.fixture
async def world(tmp_path: Path, database_url: str, redis_url: str) -> AsyncIterator[World]:
    settings = web.settings_of(tmp_path, database_url, redis_url)
    (tmp_path / "policy.yaml").write_text(POLICY + SPOKEN)
    async with web.opened(settings) as made:
        yield made


async def living(world: World, *, account: str = "", contact: str = "") -> None:
    await run(world, LIVES_IN, account, contact)


def spoken(document: str) -> set[tuple[str | None, str | None]]:
    """In what, and by which voices."""
    root = ET.fromstring(document)  # noqa: S314 - our own document, checked
    return {(say.get("language"), say.get("voice")) for say in root.iter("Say")}


HOSTILE = """R&D's "<b>&amp;</b>" {}"""
"""What customers are called, and write."""
MONTHS = {"day", "months"}
"""Their place holds a number."""


@pytest.mark.parametrize("tag", SHIPPED)
def test_every_sentence_is_escaped_once_in_every_language(tag: str) -> None:
    rules = HotlineRules(language="it", languages=(Tongue(tag),))
    wrong = []
    for key in WORDS.keys() - MONTHS:
        text = own_words(Tongue(tag), key) or WORDS[key]
        facts = dict.fromkeys(places(text), HOSTILE)
        document = twiml.voice(speech.said(rules, key, tag, **facts))
        said = text.replace("{portal}", f", {HOSTILE}")
        said = re.sub(r"{\w+}", HOSTILE, re.sub(r"{\w+:spelt}", " ".join(HOSTILE), said))
        heard = ET.fromstring(document).findtext("Say", "")  # noqa: S314 - our own document
        if check(document) or heard != " ".join(said.split()):
            wrong.append((key, said, heard))
    assert wrong == []


DE, FR, EN = {("de-DE", "Polly.Vicki-Neural")}, {("fr-CA", None)}, {("en-US", None)}
ORDER = [
    ("de-AT", "fr", "fr", DE),
    ("", "fr", "de", FR),
    ("", "", "de", DE),
    ("", "", "", EN),
    ("en-GB", "de", "de", EN),
    ("ja", "", "", EN),
]
"""The contact's, the account's and the open case's ticket's language, and what he hears."""


async def test_the_contact_then_the_account_then_the_ticket_then_the_policy(world: World) -> None:
    wrong = []
    for contact, account, ticket, heard in ORDER:
        await living(world, account=account, contact=contact)
        await world.ticket(language=ticket or None)
        phone = Phone(world)
        if spoken(await phone.rings()) != heard:
            wrong.append((contact, account, ticket, phone.last))
        await run(world, EMPTY)
    assert wrong == []


async def test_a_german_emergency_is_german_to_the_end_and_english_to_the_engineer(
    world: World,
) -> None:
    await living(world, contact="de")
    phone = Phone(world)
    assert "Kleiner Support. Diese Leitung" in await phone.rings()
    assert spoken(await phone.presses("1")) == DE
    assert "Ihre Fallnummer ist" in phone.last
    world.clock.forward(seconds=40)
    assert "an erster Stelle in der Warteschlange" in await phone.waits()
    world.clock.forward(minutes=4)
    assert "innerhalb von 15 Minuten, also bis 10:1" in await phone.waits()
    assert "Auf Wiederhören" in await phone.presses("1")
    (case,) = await cases(world)
    opened, promised = [text for text in await sent(world, "announce") if ADA in text]
    assert "ist eröffnet" in opened
    assert "Ein Techniker ruft Sie bis 10:1" in promised
    await world.act(str(case["id"]), "acknowledge")
    world.clock.forward(seconds=4)
    await tick(world.service)
    row = await world.service.pool.fetchval("select id from outbox where kind = 'bridge'")
    anna, customer = Phone(world, "CA" + "a" * 32, ANNA), Phone(world, "CA" + "b" * 32)
    assert "was promised a call before 10:1" in await anna.posts(f"/twilio/hotline/leg/{row}")
    assert spoken(anna.last) == EN
    await anna.posts(f"/twilio/hotline/leg/{row}/key", Digits="1")
    assert "der versprochene Rückruf" in await customer.posts("/twilio/hotline/back/CA1/customer")
    assert spoken(customer.last) == DE
    assert spoken(await customer.posts("/twilio/hotline/back/CA1/key", Digits="9")) == DE
    over = {"DialCallStatus": "no-answer", "DialBridged": "false"}
    assert spoken(await anna.posts("/twilio/hotline/back/CA1/over", **over)) == EN
    assert "Wir haben angerufen" in (await sent(world, "announce"))[-1]


async def test_a_pin_brings_the_accounts_language_and_a_key_wins_over_it(world: World) -> None:
    await living(world, account="de")
    phone = Phone(world, number=STRANGER)
    first = await phone.rings()
    assert spoken(first) == DE | FR | EN
    assert "Pour le français, appuyez sur le 3" in first
    assert spoken(await phone.presses("482915")) == DE
    world.clock.forward(seconds=1)
    phone = Phone(world, "CA2", STRANGER)
    await phone.rings()
    assert "Veuillez saisir votre code PIN" in await phone.presses("3")
    assert spoken(await phone.presses("111")) == FR
    assert spoken(await phone.presses("482915")) == FR
    assert "Bonne journée" not in await phone.presses("1")
    opened = [text for text in await sent(world, "announce") if STRANGER in text]
    assert "Répondez ici" in opened[-1]
    (call, *_) = await calls(world)
    assert call["language"] == "fr-CA"
    answer = await Responder(world.service).text("sms/1", STRANGER, "STATUS")
    status = f"{call['case']} (alerte en cours) : nous appelons nos ingénieurs. Réponse prévue : "
    assert answer is not None
    assert answer.startswith(status)


async def test_words_a_language_lacks_are_the_policys_by_its_voice(world: World) -> None:
    await living(world, contact="nl-BE")
    phone = Phone(world)
    assert spoken(await phone.rings()) == EN
    assert spoken(await phone.presses("2")) == EN
    assert "Tot ziens." in await phone.posts("/twilio/hotline/call/CA1/2")
    assert spoken(phone.last) == {("nl-NL", None)}


TALK = [
    ("Alles ist aus", "Antworten Sie innerhalb von 10 Minuten mit EMERGENCY"),
    ("emergency", "Ein Techniker ruft Sie bis 10:15 UTC an"),
    ("Status", r"\w+-\d+ \(Alarm läuft\): Wir rufen unsere Techniker an\. .*bis 10:15 UTC an"),
    ("Nur das Relais", "vermerkt. Mit STATUS"),
    ("FALSE ALARM", "als Fehlalarm schließen"),
    ("false alarm!", "als Fehlalarm geschlossen"),
    ("STATUS", "Sie haben keinen offenen Fall"),
]


async def test_texts_are_answered_in_his_language_and_understood_in_english(world: World) -> None:
    await living(world, contact="de")
    for turn, (body, answer) in enumerate(TALK):
        said = await Responder(world.service).text(f"sms/{turn}", ADA, body) or ""
        assert re.search(answer, said), (body, said)
    promised = "select body->>'language' from hotline_callbacks"
    assert await world.service.pool.fetchval(promised) == "de", "he is called back in it"


async def test_of_several_cases_he_is_told_in_his_language_what_each_is_about(world: World) -> None:
    await living(world, contact="de")
    one = await world.ticket(subject="Login broken")
    world.clock.forward(minutes=1)
    two = await world.ticket(subject="")
    phone = Phone(world)
    await phone.rings()
    offered = await phone.presses("1")
    assert ", ohne Betreff, eröffnet 10:01 UTC? Dann drücken Sie die 1." in offered
    assert ", Login broken, eröffnet 10:00 UTC? Dann drücken Sie die 2." in offered
    assert "Für einen neuen Notfall drücken Sie die 9." in offered
    texts = Texts(world.service)
    asked = await texts.answer(ADA, "Es geht wieder")
    assert asked is not None
    assert f"{one} (Login broken, eröffnet 10:00 UTC)" in asked
    assert asked.startswith("Um welchen Fall geht es")
    world.clock.forward(minutes=11)
    await texts.note_unanswered()
    kept = [text for text in await sent(world, "announce") if "Sie haben nicht gesagt" in text]
    assert len(kept) == 1
    assert two in kept[0]


async def test_a_contact_who_is_called_from_a_case_hears_his_language(world: World) -> None:
    await living(world, contact="fr")
    case = await world.ticket(requester={"name": "Ada Byron", "phone": ADA})
    asked = await world.ask("POST", f"/cases/{case}/call", {}, role="responder", person="anna")
    assert asked.status_code == 202, asked.text
    anna, ada = Phone(world, "CA" + "a" * 32, ANNA), Phone(world, "CA" + "b" * 32)
    assert "You asked to call Ada Byron" in await anna.posts(await leg(world, "out"))
    await anna.posts(f"{await leg(world, 'out')}/key", Digits="1")
    assert "vous appelle au sujet du dossier" in await ada.posts(await leg(world, "contact"))
    assert spoken(ada.last) == FR
    assert spoken(await ada.posts(ada.action, CallStatus="completed")) == FR


async def test_whoever_is_promised_a_call_and_called_from_the_case_is_asked_in_his_language(
    world: World,
) -> None:
    await living(world, contact="fr")
    ada = Phone(world)
    await ada.rings()
    await ada.presses("1")
    await ada.hangs_up()
    (case,) = await cases(world)
    await world.act(str(case["id"]), "acknowledge")
    asked = await world.ask(
        "POST", f"/cases/{case['id']}/call", {}, role="responder", person="anna"
    )
    assert asked.status_code == 202, asked.text
    anna = Phone(world, "CA" + "a" * 32, ANNA)
    await anna.posts(f"{await leg(world, 'out')}/key", Digits="1")
    contact = await leg(world, "contact")
    assert "que nous vous avions promis" in await ada.posts(contact)
    assert spoken(ada.last) == FR
    assert "Bonne journée" in await ada.posts(f"{contact}/key", Digits="9")
    assert spoken(ada.last) == FR
    assert "no key" in (await anna.posts(f"{await leg(world, 'out')}/key", Digits="9")).casefold()


async def leg(world: World, what: str) -> str:
    found = "select id from outbox where kind = 'bridge' and key like '%/' || $1 || '/1'"
    return f"/twilio/hotline/leg/{await world.service.pool.fetchval(found, what)}"
