"""TwiML is escaped once, and nothing Twilio would stumble over passes the check."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifiers.twilio import twiml
from notifiers.twilio.twiml_check import Kind, check
from notifiers.twilio.twiml_table import MESSAGING, VOICE

UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What https://www.w3.org/TR/xml/#charsets leaves out."""

HOSTILE = "</Say><Dial>+900</Dial> & \"quotes\" 'too' <script>alert(1)</script> &amp; ]]> \u202e"


def parse(document: bytes) -> ET.Element:
    return ET.fromstring(document)  # noqa: S314 - our own document is what is tested


@given(st.text())
def test_any_text_arrives_as_it_was_meant(text: str) -> None:
    document = twiml.voice(twiml.gather(twiml.say(text), action="/a?b=1&c=2"), twiml.hangup())
    assert check(document) == []
    meant = UNPRINTABLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    assert (parse(document).findtext("Gather/Say") or "") == meant


def test_hostile_text_stays_text() -> None:
    document = twiml.voice(twiml.say(HOSTILE))
    assert check(document) == []
    assert parse(document).findtext("Say") == HOSTILE
    assert b"&amp;amp; " in document  # the text's own entity; nothing else is escaped twice
    assert b"&amp;lt;" not in document


def test_texts_of_an_answer() -> None:
    document = twiml.messaging("one", "two")
    assert check(document, "messaging") == []
    assert [m.text for m in parse(document)] == ["one", "two"]
    assert check(twiml.messaging(), "messaging") == []


def test_what_is_too_long_is_cut_not_refused() -> None:
    assert check(twiml.voice(twiml.say("x" * 5000))) == []
    assert check(twiml.messaging("x" * 5000), "messaging") == []


def test_every_builder_passes_the_check() -> None:
    document = twiml.voice(
        twiml.reject("busy"),
        twiml.gather(
            twiml.say("Hello", language="en-GB", voice="Polly.Amy", loop=0),
            twiml.pause(2),
            action="https://x.example/a",
            digits=1,
            timeout=8,
            finish_on_key="",
            on_silence=True,
        ),
        twiml.play("https://x.example/a.mp3", loop=2),
        twiml.play(digits="1w2"),
        twiml.dial(
            twiml.number("+46700000001", url="/whisper", statusCallback="/s"),
            callerId="+14155550100",
            timeout=20,
            answerOnBridge=True,
            action="/dialled",
        ),
        twiml.dial(twiml.conference("secret", beep=False, endConferenceOnExit=True)),
        twiml.dial(twiml.queue("hotline", url="/leave")),
        twiml.enqueue("hotline", waitUrl="/wait", action="/left"),
        twiml.record("/recorded", maxLength=120, playBeep=True),
        twiml.leave(),
        twiml.redirect("/next"),
        twiml.hangup(),
    )
    assert check(document) == []


@pytest.mark.parametrize(
    ("document", "kind", "finding"),
    [
        ("", "voice", "12100"),
        (" <Response/>", "voice", "white space"),
        ("<Response>", "voice", "not XML"),
        ("<Antwort/>", "voice", "root"),
        ("hello", "voice", "12100"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><Response/>', "voice", "type"),
        ('<?xml version="1.0"?><!DOCTYPE x><Response/>', "voice", "type"),
        ("<Response>hello</Response>", "voice", "text cannot stand in Response"),
        ("<Response><Sa>x</Sa></Response>", "voice", "Is Say meant?"),
        ("<Response><Message>x</Message></Response>", "voice", "Message cannot stand"),
        ("<Response><Say>x</Say></Response>", "messaging", "Say cannot stand"),
        ('<Response><Gather numDigit="1"/></Response>', "voice", "Is numDigits meant?"),
        ('<Response><Gather numDigits="0"/></Response>', "voice", "not a value"),
        ('<Response><Gather timeout="soon"/></Response>', "voice", "not a value"),
        ('<Response><Gather input="keys"/></Response>', "voice", "not a value"),
        ('<Response><Gather method="PUT"/></Response>', "voice", "not a value"),
        ('<Response><Gather action="javascript:x"/></Response>', "voice", "not a value"),
        ('<Response><Gather actionOnEmptyResult="yes"/></Response>', "voice", "not a value"),
        ("<Response><Gather><Dial>+1</Dial></Gather></Response>", "voice", "Dial cannot stand"),
        ('<Response><Say language="de_DE">x</Say></Response>', "voice", "not a value"),
        ('<Response><Say language="german">x</Say></Response>', "voice", "not a value"),
        ('<Response><Say voice="Vicki">x</Say></Response>', "voice", "not a value"),
        ('<Response><Say tongue="de">x</Say></Response>', "voice", "no attribute tongue"),
        ("<Response><Redirect></Redirect></Response>", "voice", "names nothing"),
        ("<Response><Redirect>ftp://x</Redirect></Response>", "voice", "no address"),
        ("<Response><Say>x</Say><Reject/></Response>", "voice", "first verb"),
        ('<Response><Dial timeout="1">+1</Dial></Response>', "voice", "not a value"),
        (f"<Response><Say>{'x' * 5000}</Say></Response>", "voice", "takes 4096"),
        (f"<Response><Message>{'x' * 1601}</Message></Response>", "messaging", "takes 1600"),
        (f"<Response><Say>{'x' * 70000}</Say></Response>", "voice", "11750"),
        (
            f"<Response><Dial>{'<Number>+1</Number>' * 11}</Dial></Response>",
            "voice",
            "takes 10",
        ),
    ],
)
def test_what_twilio_would_not_do_is_found(document: str, kind: Kind, finding: str) -> None:
    findings = check(document, kind)
    assert any(finding in found for found in findings), findings


@pytest.mark.parametrize("language", ["en", "en-GB-WLS", "de-DE", "cmn-CN", "arb", "pt-BR"])
@pytest.mark.parametrize("voice", ["man", "Polly.Vicki-Neural", "Google.de-DE-Wavenet-B"])
def test_languages_and_voices_as_twilio_names_them_pass(language: str, voice: str) -> None:
    assert check(twiml.voice(twiml.say("x", language=language, voice=voice))) == []


@given(st.binary(max_size=200))
def test_any_bytes_get_an_answer(document: bytes) -> None:
    assert check(document) or document.startswith(b"<")


def test_the_table_holds_together() -> None:
    for table in (VOICE, MESSAGING):
        for name, element in table.items():
            for child in element.children:
                assert child in table, f"{name} may hold {child}, which nobody describes"
