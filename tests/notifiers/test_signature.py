"""Only Twilio's own requests get in, whatever the address and body look like."""

from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from notifiers.twilio.signature import Form, Inbound, SignatureCheck, addresses, sign

FORM = "application/x-www-form-urlencoded"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FIELDS = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675310",
    "Digits": "1234",
    "From": "+14158675310",
    "To": "+18005551212",
}
PUBLISHED = "GvWf1cFY/Q7PnoempGyD5oXAezc="
"""The vector of https://www.twilio.com/docs/usage/security."""


def inbound(
    signature: str,
    target: str = "/myapp.php?foo=1&bar=2",
    body: bytes | None = None,
    content_type: str = FORM,
    settings: str = "",
) -> Inbound:
    content = urlencode(FIELDS).encode() if body is None else body
    return Inbound(target, content, content_type, signature, settings)


def check(public_url: str = "https://mycompany.com", *tokens: str) -> SignatureCheck:
    return SignatureCheck(public_url, tokens or ("12345",), {"webhooks_sharedkey_1": "shared"})


def test_the_published_vector() -> None:
    assert sign("12345", URL, Form.parse(urlencode(FIELDS).encode())) == PUBLISHED
    assert check().genuine(inbound(PUBLISHED))


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (b"Media=b&Media=a&Media=a", "P4QbopVWuEN8ey1XV79786Nwq0o="),  # unique, sorted
        (b"Media=a&Media=b", "P4QbopVWuEN8ey1XV79786Nwq0o="),
    ],
)
def test_repeated_names(body: bytes, signature: str) -> None:
    request = inbound(signature, "/cb", body)
    assert check("https://x.example").genuine(request)


def test_a_json_body_is_signed_through_its_hash() -> None:
    body = b'{"a":1}'
    target = f"/cb?bodySHA256={sha256(body).hexdigest()}"
    good = inbound("6KqAEO5NBJY1Np6V8Zr9UR5svnE=", target, body, "application/json")
    assert check("https://x.example").genuine(good)
    forged = inbound("6KqAEO5NBJY1Np6V8Zr9UR5svnE=", target, b'{"a":2}', "application/json")
    assert not check("https://x.example").genuine(forged)


def test_a_json_body_without_its_hash_is_not_authenticated() -> None:
    signature = sign("12345", "https://x.example/cb", Form())
    assert not check("https://x.example").genuine(
        inbound(signature, "/cb", b'{"a":1}', "application/json")
    )
    assert check("https://x.example").genuine(inbound(signature, "/cb", b"", "application/json"))


@pytest.mark.parametrize(
    "change",
    [
        {"signature": ""},
        {"signature": PUBLISHED[:-2] + "="},
        {"signature": "\udcff"},
        {"target": "/myapp.php?foo=1&bar=3"},
        {"target": "/myapp.php"},
        {"body": urlencode(FIELDS | {"Digits": "9"}).encode()},
        {"body": urlencode(FIELDS).encode() + b"&Extra="},
        {"body": b""},
        {"body": b"\xff\xfe"},
        {"body": b"&".join(b"a%d=" % n for n in range(1001))},
        {"content_type": "application/json"},
        {"settings": "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"},
        {"settings": "algorithm=HMAC_MD5"},
        {"settings": "nonsense"},
    ],
)
def test_whatever_differs_is_refused(change: dict[str, str | bytes]) -> None:
    fields: dict[str, Any] = {"signature": PUBLISHED, **change}
    assert not check().genuine(inbound(**fields))


def test_both_tokens_of_a_rotation_are_taken_and_no_third() -> None:
    for token in ("old", "new"):
        signature = sign(token, URL, Form.parse(urlencode(FIELDS).encode()))
        assert check("https://mycompany.com", "new", "old").genuine(inbound(signature))
    signature = sign("older", URL, Form.parse(urlencode(FIELDS).encode()))
    assert not check("https://mycompany.com", "new", "old").genuine(inbound(signature))
    assert not SignatureCheck("https://mycompany.com", ()).genuine(inbound(signature))


def test_a_shared_key_signs_with_the_algorithm_it_names() -> None:
    form = Form.parse(urlencode(FIELDS).encode())
    settings = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"
    good = sign("shared", URL, form, "HMAC_SHA256")
    assert check().genuine(inbound(good, settings=settings))
    other = sign("12345", URL, form, "HMAC_SHA256")
    assert not check().genuine(inbound(other, settings=settings))
    unknown = settings.replace("sharedkey_1", "sharedkey_2")
    assert not check().genuine(inbound(good, settings=unknown))


@pytest.mark.parametrize(
    ("public_url", "signed", "target"),
    [
        ("https://x.example", "https://x.example:443/t", "/t"),
        ("https://x.example:443", "https://x.example/t", "/t"),
        ("https://x.example:8443", "https://x.example:8443/t", "/t"),
        ("https://x.example:8443", "https://x.example/t", "/t"),
        ("http://x.example", "http://x.example:80/t", "/t"),
        ("https://x.example/helio", "https://x.example/helio/t", "/t"),  # prefix taken away
        ("https://x.example/helio/", "https://x.example/helio/t", "/helio/t"),  # prefix left
        ("http://[::1]:8000", "http://[::1]:8000/t", "/t"),
        ("https://x.example", "https://x.example/a%20b?c=%2F", "/a%20b?c=%2F"),
    ],
)
def test_every_way_to_write_our_address(public_url: str, signed: str, target: str) -> None:
    signature = sign("12345", signed, Form.parse(b"a=b"))
    assert check(public_url).genuine(inbound(signature, target, b"a=b"))
    assert signed in addresses(public_url, target)


@pytest.mark.parametrize("address", ["https://evil.example/t", "http://x.example/t"])
def test_no_other_host_or_scheme(address: str) -> None:
    signature = sign("12345", address, Form.parse(b"a=b"))
    assert not check("https://x.example").genuine(inbound(signature, "/t", b"a=b"))


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.dictionaries(texts.filter(bool), texts, max_size=6))
def test_the_library_agrees_about_any_form(fields: dict[str, str]) -> None:
    validator = RequestValidator("12345")  # type: ignore[no-untyped-call] # the library's gap
    body = urlencode(fields).encode()
    signature = sign("12345", "https://x.example/t?q=1", Form.parse(body))
    assert validator.validate("https://x.example/t?q=1", fields, signature)  # type: ignore[no-untyped-call]
    assert check("https://x.example").genuine(inbound(signature, "/t?q=1", body))
