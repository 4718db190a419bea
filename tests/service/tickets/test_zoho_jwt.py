"""Zoho Desk's token: whose it is, whom it is for, and when it was made."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.tickets.rs256 import PublicKey, public_key, unpadded
from service.tickets.ticketsystem import Forged, Stale
from service.tickets.zoho_jwt import trust, verify
from tests.service.tickets.rsa_keys import ONE, OTHER, b64, number
from tests.service.tickets.signing import NOW, ZOHO, ZOHO_ORG, zoho_secret
from tests.service.tickets.trying import tries


def claims(at: datetime = NOW, **more: object) -> dict[str, object]:
    issued = int(at.timestamp())
    told = {"iss": f"orgId:{ZOHO_ORG}", "aud": "webhookId:7", "iat": issued, "exp": issued + 60}
    return told | more


def test_the_published_vector() -> None:
    """RFC 7515, appendix A.2."""
    key = public_key(
        {
            "kty": "RSA",
            "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJ"
            "PMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-"
            "bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qC"
            "o5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h"
            "4FRWyuXpoQ",
            "e": "AQAB",
        }
    )
    signed = (
        b"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
        b"cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    )
    proof = unpadded(
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2"
        "Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjt"
        "QBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6"
        "IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
    )
    assert key is not None
    assert key.fits(signed, proof)
    assert not key.fits(signed + b" ", proof)
    assert not key.fits(signed, proof[:-1] + bytes([proof[-1] ^ 1]))
    assert not key.fits(signed, b"\0" + proof)


@tries(50)
@given(st.binary(max_size=300))
def test_no_noise_is_a_signature(noise: bytes) -> None:
    assert not PublicKey(ONE.n, 65537).fits(b"message", noise)


def test_small_numbers_and_lax_padding_are_no_signature() -> None:
    """0, 1 and n - 1 are their own powers; a short padding is what forgers of exponent 3 use."""
    key, size = PublicKey(ONE.n, 65537), 256
    for value in (0, 1, ONE.n - 1, ONE.n, ONE.n + 1):
        assert not key.fits(b"m", value.to_bytes(size + 1)[-size:])
    lax = b"\0\1" + b"\xff" * 8 + b"\0" + b"\1" * 245
    assert not key.fits(b"m", ONE.power(int.from_bytes(lax)).to_bytes(size))


@pytest.mark.parametrize(
    "change",
    [
        {"kty": "EC"},
        {"n": b64(number(2**1023 + 1))},
        {"n": b64(number(2**9000 + 1))},
        {"n": "!"},
        {"n": 5},
        {"e": b64(number(1))},
        {"e": b64(number(2**40 + 1))},
        {"e": None},
    ],
)
def test_keys_that_are_none(change: dict[str, object]) -> None:
    assert public_key({**ONE.jwk(), **change}) is None


def test_for_us_and_fresh() -> None:
    verify(ONE.token(claims()), [ZOHO], [NOW])
    verify("Bearer " + ONE.token(claims()), [ZOHO], [NOW])
    milliseconds = claims(iat=int(NOW.timestamp() * 1000), exp=int(NOW.timestamp() * 1000) + 60_000)
    verify(ONE.token(milliseconds), [ZOHO], [NOW])


def test_another_organisations_webhook_is_a_forgery() -> None:
    """The same keys sign for every customer of Zoho."""
    with pytest.raises(Forged, match="configured organisation"):
        verify(ONE.token(claims(iss="orgId:1")), [ZOHO], [NOW])


def test_one_webhook_alone_can_be_trusted() -> None:
    secret = zoho_secret(ONE.jwk(), webhookId="7")
    verify(ONE.token(claims()), [secret], [NOW])
    with pytest.raises(Forged):
        verify(ONE.token(claims(aud="webhookId:8")), [secret], [NOW])


def forgeries() -> Iterator[str]:
    yield from ("", "a.b", "a.b.c", "....", "a" * 10_000, "é.é.é")
    yield ONE.token(claims(), alg="none")
    yield ONE.token(claims(), alg="HS256")
    yield ONE.token(claims(), kid="another")
    yield ONE.token([])
    yield ONE.token({})
    yield ONE.token(claims(iat=None))
    yield ONE.token(claims(iat="x"))
    yield OTHER.token(claims())
    yield OTHER.token(claims(), kid="one")
    yield ONE.token(claims())[:-6]
    yield ONE.token(claims()).rpartition(".")[0] + "."


def test_forgeries() -> None:
    """Signed here, not in a table: every process that loads the table would sign them anew."""
    for token in forgeries():
        with pytest.raises(Forged):
            verify(token, [ZOHO], [NOW])


def test_stale() -> None:
    with pytest.raises(Stale):
        verify(ONE.token(claims(NOW - timedelta(minutes=6))), [ZOHO], [NOW])
    expired = int((NOW - timedelta(minutes=6)).timestamp())
    with pytest.raises(Stale, match="expired"):
        verify(ONE.token(claims(exp=expired)), [ZOHO], [NOW])


def test_the_secret_is_a_key_set_with_our_name_in_it() -> None:
    written = base64.b64encode(ZOHO.encode()).decode()
    verify(ONE.token(claims()), ["", "nonsense", written], [NOW])
    assert trust(json.dumps({"keys": [ONE.jwk()]})) is None, "whose webhooks?"
    assert trust(json.dumps({"orgId": "1", "keys": [{"kty": "EC"}]})) is None, "no key"
    assert trust(json.dumps({"orgId": "1", "keys": 5})) is None
    assert trust("[]") is None
    many = trust(zoho_secret(OTHER.jwk(), {"kty": "oct"}, ONE.jwk()))
    assert many is not None
    assert len(many.keys) == 2
