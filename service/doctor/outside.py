"""Twilio's accounts and numbers, our own address as the world sees it, and the other channels."""

import ipaddress
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from notifiers.mask import mask
from notifiers.twilio.client import TWILIO_API
from service.clock import Clock
from service.doctor.finding import Finding, bad, good, warn
from service.doctor.stores import compare
from service.settings import Settings, TwilioSettings, not_written_to
from service.trust import trusted

TIMEOUT = httpx.Timeout(10.0)
LOST = {
    "TWILIO": "Nobody can be texted or rung.",
    "TWILIO2": "Nothing takes over when the first provider fails.",
}
"""What it means that an account does not answer."""
UNAUTHORIZED = (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)


async def check_twilio(settings: Settings, clock: Clock) -> list[Finding]:
    """Both accounts, each by itself: the second takes over when the first is in trouble."""
    found: list[Finding] = []
    if settings.twilio is None:
        says = "Not configured: nobody can be texted or rung."
        found = [bad("twilio", says, "Set HELIOGRAPH_TWILIO_ACCOUNT_SID and its companions.")]
    elif settings.twilio.simulated:
        found = [good("twilio", "The simulator stands in; nothing leaves this machine.")]
    else:
        found = await _provider("TWILIO", settings.twilio, settings.public_url, clock)
    if settings.twilio2 is not None:
        found += await _provider("TWILIO2", settings.twilio2, settings.public_url, clock)
    return found


async def _provider(
    name: str, twilio: TwilioSettings, public_url: str, clock: Clock
) -> list[Finding]:
    """`name` is the account's in the settings."""
    base = f"{twilio.api_url or TWILIO_API}/2010-04-01/Accounts/{twilio.account_sid}"
    auth = (twilio.account_sid, twilio.auth_tokens[0])
    async with httpx.AsyncClient(verify=trusted(), auth=auth, timeout=TIMEOUT) as client:
        before = clock.wall()
        try:
            answer = await client.get(f"{base}.json")
        except httpx.HTTPError as error:
            says = f"Twilio does not answer ({type(error).__name__}). {LOST[name]}"
            fix = f"Check the network, a proxy, HELIOGRAPH_{name}_API_URL."
            return [bad(name.lower(), says, fix)]
        found = [account(answer, name), *twilio_clock(answer, before, clock.wall())]
        if answer.is_success:
            found += await numbers(client, base, public_url, name, twilio)
    return found


def account(answer: httpx.Response, name: str) -> Finding:
    check = name.lower()
    if answer.status_code in UNAUTHORIZED:
        return bad(
            check,
            "Twilio refuses the credentials.",
            f"Correct HELIOGRAPH_{name}_ACCOUNT_SID and HELIOGRAPH_{name}_AUTH_TOKEN "
            "(the account's own, no API key: signatures are made with it).",
        )
    if not answer.is_success:
        says = f"Twilio answered {answer.status_code}."
        return bad(check, says, f"See Twilio's status page, and HELIOGRAPH_{name}_API_URL.")
    try:
        told = answer.json()
    except ValueError:
        says = "What answers is not Twilio's API."
        return bad(check, says, f"Correct HELIOGRAPH_{name}_API_URL, or the proxy before it.")
    status = told.get("status")
    if status != "active":
        return bad(check, f"The account is {status}.", "Reactivate it in Twilio's console.")
    if told.get("type") == "Trial":
        says = "A trial account reaches verified numbers alone."
        return warn(check, says, "Upgrade the account before relying on it.")
    return good(check, "The account is active.")


def twilio_clock(answer: httpx.Response, before: datetime, after: datetime) -> list[Finding]:
    try:
        theirs = parsedate_to_datetime(answer.headers["date"])
    except (KeyError, ValueError):
        return []
    return [compare("Twilio's", theirs, before, after)]


async def numbers(
    client: httpx.AsyncClient, base: str, public_url: str, account: str, twilio: TwilioSettings
) -> list[Finding]:
    found = []
    wanted = {twilio.from_number: "FROM_NUMBER", twilio.hotline_number: "HOTLINE_NUMBER"}
    for number, name in wanted.items():
        if number and number.startswith("+"):
            called = f"HELIOGRAPH_{account}_{name}"
            found += await check_number(client, base, number, called, public_url)
    return found


async def check_number(
    client: httpx.AsyncClient, base: str, number: str, name: str, public_url: str
) -> list[Finding]:
    url = f"{base}/IncomingPhoneNumbers.json"
    try:
        answer = await client.get(url, params={"PhoneNumber": number})
        listed = answer.raise_for_status().json()["incoming_phone_numbers"]
    except (httpx.HTTPError, KeyError, ValueError) as error:
        says = f"{name} could not be looked up ({type(error).__name__})."
        return [warn("number", says, "Run this again.")]
    owned = next((each for each in listed if each.get("phone_number") == number), None)
    if owned is None:
        says = f"{name} ({mask(number)}) is no number of this account."
        return [bad("number", says, "Buy it, or set one that the account owns.")]
    return [*capabilities(name, owned), *callbacks(name, owned, public_url)]


def capabilities(name: str, owned: dict[str, Any]) -> list[Finding]:
    able = owned.get("capabilities") or {}
    missing = [kind for kind in ("sms", "voice") if not able.get(kind)]
    if missing:
        says = f"{name} cannot do {' or '.join(missing)}."
        return [warn("number", says, "Choose a number that can, or page by the other way alone.")]
    return [good("number", f"{name} can text and ring.")]


def callbacks(name: str, owned: dict[str, Any], public_url: str) -> list[Finding]:
    found = []
    for kind in ("sms", "voice"):
        wanted = f"{public_url}/twilio/{kind}"
        if owned.get(f"{kind}_url") != wanted:
            says = f"{name} sends its {kind} webhooks elsewhere: answers would be lost."
            found.append(bad("number", says, f"Set its {kind} webhook to {wanted} (HTTP POST)."))
    return found or [good("number", f"{name} sends its webhooks here.")]


async def check_reachability(settings: Settings) -> list[Finding]:
    """Whether PUBLIC_URL leads to a running `web`; asked from here, so no proof for outside."""
    name = "HELIOGRAPH_PUBLIC_URL"
    found = [*plausible(settings)]
    try:
        async with httpx.AsyncClient(
            verify=trusted(), timeout=TIMEOUT, follow_redirects=False
        ) as client:
            answer = await client.get(f"{settings.public_url}/livez")
    except httpx.HTTPError as error:
        host = urlsplit(settings.public_url).netloc.rpartition("@")[2]
        says = f"{name}, {host}, does not answer ({type(error).__name__})."
        return [*found, bad("reach", says, "Start web, and check DNS, TLS and the proxy.")]
    if answer.status_code != httpx.codes.OK:
        says = f"{name}/livez answered {answer.status_code}."
        return [*found, bad("reach", says, "Let the proxy pass every path, with its host name.")]
    return [*found, good("reach", f"{name} leads to a running web.")]


def plausible(settings: Settings) -> list[Finding]:
    parts = urlsplit(settings.public_url)
    found = []
    if settings.production and parts.scheme != "https":
        says = "HELIOGRAPH_PUBLIC_URL is not https: tokens and numbers travel in the clear."
        found.append(warn("reach", says, "Put TLS in front of web."))
    if settings.production and is_private(parts.hostname or ""):
        says = "HELIOGRAPH_PUBLIC_URL is an address that Twilio cannot reach."
        found.append(bad("reach", says, "Give the public address."))
    return found


def is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or "." not in host


def check_sources(settings: Settings) -> list[Finding]:
    """What is switched on, and where nothing is written back."""
    if not settings.webhook_secrets:
        level = bad if settings.production else warn
        says = "No ticket system may post: no HELIOGRAPH_WEBHOOK_SECRET_<SOURCE> is set."
        return [level("sources", says, "Set the secret that your ticket system signs with.")]
    found = [good("sources", f"Listening to {', '.join(sorted(settings.webhook_secrets))}.")]
    for system, name in not_written_to(settings).items():
        says = f"Nothing is written back to {system}."
        found.append(warn("sources", says, f"Set {name} and its companions."))
    return found
