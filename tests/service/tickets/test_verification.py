"""Every system alike: what is authentic, what is not, and what is too old."""

from __future__ import annotations

import contextlib
import string
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.tickets.systems import SYSTEMS
from service.tickets.ticketsystem import Forged, Stale
from tests.service.tickets.kits import KITS, Kit
from tests.service.tickets.signing import NOW
from tests.service.tickets.trying import tries

every = pytest.mark.parametrize("kit", KITS, ids=lambda kit: kit.source)
dated = pytest.mark.parametrize("kit", [k for k in KITS if k.dated], ids=lambda kit: kit.source)
LATER = NOW + timedelta(hours=30)


def test_every_system_of_the_contract_has_a_kit() -> None:
    assert {kit.source for kit in KITS} == set(SYSTEMS)
    assert set(SYSTEMS) == {
        "zendesk", "jira", "freshdesk", "zammad", "zoho-desk", "servicenow",
        "hubspot", "github", "gitlab", "alertmanager", "standard",
    }  # fmt: skip


@every
def test_what_it_signs_is_authentic(kit: Kit) -> None:
    kit.system.verify(kit.envelope(), [kit.secret], [NOW])


@every
def test_either_secret_will_do_while_one_replaces_the_other(kit: Kit) -> None:
    for secrets in ([kit.secret, kit.other], [kit.other, kit.secret]):
        kit.system.verify(kit.envelope(), secrets, [NOW])
        kit.system.verify(kit.envelope(secret=kit.other), secrets, [NOW])


@every
@pytest.mark.parametrize("secrets", [[], [""], ["", ""]])
def test_no_secret_trusts_nobody(kit: Kit, secrets: list[str]) -> None:
    with pytest.raises(Forged):
        kit.system.verify(kit.envelope(), secrets, [NOW])


@every
def test_the_wrong_secret(kit: Kit) -> None:
    with pytest.raises(Forged):
        kit.system.verify(kit.envelope(), [kit.other], [NOW])


@every
def test_another_body_under_the_same_proof(kit: Kit) -> None:
    envelope = kit.envelope()
    swapped = replace(envelope, body=envelope.body + b" ")
    if kit.covers_body:
        with pytest.raises(Forged):
            kit.system.verify(swapped, [kit.secret], [NOW])
    else:
        kit.system.verify(swapped, [kit.secret], [NOW])


@every
def test_every_header_is_needed(kit: Kit) -> None:
    envelope = kit.envelope()
    proofs = [n for n in envelope.headers if "signature" in n or n in _OTHER_PROOFS]
    assert proofs
    for name in proofs:
        rest = {key: value for key, value in envelope.headers.items() if key != name}
        with pytest.raises(Forged):
            kit.system.verify(replace(envelope, headers=rest), [kit.secret], [NOW])


_OTHER_PROOFS = {
    "authorization",
    "x-gitlab-token",
    "x-zdesk-jwt",
    "webhook-id",
    "webhook-timestamp",
}


@every
@tries(15)
@given(noise=st.text(st.characters(exclude_categories=())) | st.text(string.printable))
def test_noise_in_a_header_is_a_forgery(kit: Kit, noise: str) -> None:
    envelope = kit.envelope()
    for name in envelope.headers:
        broken = replace(envelope, headers={**envelope.headers, name: noise})
        with contextlib.suppress(Forged, Stale):
            kit.system.verify(broken, [kit.secret], [NOW])


@dated
@pytest.mark.parametrize("drift", [timedelta(minutes=4, seconds=59), -timedelta(minutes=4)])
def test_a_clock_may_be_off_by_less_than_five_minutes(kit: Kit, drift: timedelta) -> None:
    kit.system.verify(kit.envelope(at=NOW + drift), [kit.secret], [NOW])


@dated
@pytest.mark.parametrize("drift", [timedelta(minutes=5, seconds=1), -timedelta(minutes=6)])
def test_an_old_webhook_is_stale_and_one_from_the_future_too(kit: Kit, drift: timedelta) -> None:
    with pytest.raises(Stale):
        kit.system.verify(kit.envelope(at=NOW + drift), [kit.secret], [NOW])


@dated
def test_fresh_by_any_clock_is_fresh(kit: Kit) -> None:
    kit.system.verify(kit.envelope(), [kit.secret], [LATER, NOW])
    with pytest.raises(Stale):
        kit.system.verify(kit.envelope(), [kit.secret], [LATER])


@dated
def test_a_forgery_is_no_less_one_for_being_old(kit: Kit) -> None:
    with pytest.raises(Forged):
        kit.system.verify(kit.envelope(), [kit.other], [LATER])


@pytest.mark.parametrize("source", ["freshdesk", "servicenow", "alertmanager", "jira"])
@pytest.mark.parametrize(
    ("headers", "url"),
    [
        ({"x-heliograph-token": "s3cret"}, ""),
        ({"authorization": "Bearer s3cret"}, ""),
        ({"authorization": "basic OnMzY3JldA=="}, ""),
        ({"authorization": "Basic czNjcmV0Olg="}, ""),
        ({}, "https://h.example/webhooks/x?token=s3cret"),
    ],
)
def test_a_token_is_found_wherever_a_system_can_put_it(
    source: str, headers: dict[str, str], url: str
) -> None:
    envelope = replace(KITS[0].envelope(), headers=headers, url=url)
    SYSTEMS[source].verify(envelope, ["old", "s3cret"], [NOW])
    with pytest.raises(Forged):
        SYSTEMS[source].verify(envelope, ["s3cre"], [NOW])


@pytest.mark.parametrize(
    ("headers", "url"),
    [
        ({"authorization": "Basic !!!"}, ""),
        ({"authorization": "Basic /////w=="}, ""),
        ({"authorization": "Digest s3cret"}, ""),
        ({}, "https://[h.example/?token=s3cret"),
        ({}, "https://h.example/?" + "&".join(f"a{n}=1" for n in range(100)) + "&token=s3cret"),
        ({}, "https://h.example/?token="),
    ],
)
def test_a_token_that_is_not_shown_plainly(headers: dict[str, str], url: str) -> None:
    envelope = replace(KITS[0].envelope(), headers=headers, url=url)
    with pytest.raises(Forged):
        SYSTEMS["freshdesk"].verify(envelope, ["s3cret"], [NOW])


def test_a_forgery_never_tells_the_secret() -> None:
    for kit in KITS:
        with pytest.raises(Forged) as refusal:
            kit.system.verify(kit.envelope(), ["a-very-secret-word"], [NOW])
        assert "a-very-secret-word" not in str(refusal.value)
