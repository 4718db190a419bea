"""The hotline: who is dialled when all of us is away, and whether Twilio knows it."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx

from notifiers.twilio.client import TWILIO_API
from notifiers.twilio.twiml_check import check
from routing.policy import HotlineRules
from service.clock import Clock
from service.doctor.finding import Finding, bad, good, warn
from service.library import Library, NothingLoaded
from service.settings import Settings, TwilioSettings
from service.store.pool import connect
from service.trust import trusted

TIMEOUT = httpx.Timeout(10.0)
PATIENCE = 5.0
MAKE_ONE = (
    "Run heliograph hotline fallback, put what it prints at a TwiML Bin, and set its address as "
    "the number's Voice Fallback URL."
)


async def check_hotline(settings: Settings, clock: Clock) -> list[Finding]:
    """Nothing where no policy is loaded, or it has no hotline; others tell of a lost database."""
    try:
        rules = await rules_of(settings, clock)
    except Exception:  # noqa: BLE001 -- the database's own check says what it is
        return []
    if rules is None or not rules.number:
        return []
    if not rules.fallback_numbers:
        says = "The policy names nobody to be dialled when something of ours fails in a call."
        return [
            warn("hotline", says, "Give hotline.fallback_numbers, telephones that are answered.")
        ]
    twilio = settings.twilio
    if twilio is None or twilio.simulated:
        count = len(rules.fallback_numbers)
        return [good("hotline", f"Dialled when something of ours fails in a call: {count}.")]
    return [await _of_number(settings, twilio, rules)]


async def rules_of(settings: Settings, clock: Clock) -> HotlineRules | None:
    """The hotline of the policy that is loaded. Raises what a lost database raises."""
    connection = await connect(
        settings.database_url or "", name="heliograph doctor", patience=PATIENCE
    )
    try:
        return (await Library().shelf(connection, clock.now())).current.hotline
    except NothingLoaded:
        return None
    finally:
        await connection.close()


async def _of_number(settings: Settings, twilio: TwilioSettings, rules: HotlineRules) -> Finding:
    number = twilio.hotline_number or rules.number
    url = f"{twilio.api_url or TWILIO_API}/2010-04-01/Accounts/{twilio.account_sid}"
    auth = (twilio.account_sid, twilio.auth_tokens[0])
    try:
        async with httpx.AsyncClient(verify=trusted(), auth=auth, timeout=TIMEOUT) as client:
            answer = await client.get(
                f"{url}/IncomingPhoneNumbers.json", params={"PhoneNumber": number}
            )
        listed = answer.raise_for_status().json()["incoming_phone_numbers"]
        owned = next(each for each in listed if each.get("phone_number") == number)
    except StopIteration:
        says = "The hotline's number is no number of this Twilio account."
        return bad("hotline", says, "Set HELIOGRAPH_TWILIO_HOTLINE_NUMBER to one that is.")
    except (httpx.HTTPError, KeyError, ValueError) as error:
        says = f"The hotline's number could not be looked up ({type(error).__name__})."
        return warn("hotline", says, "Run this again.")
    return await judge(owned.get("voice_fallback_url") or "", settings, rules)


async def judge(fallback: str, settings: Settings, rules: HotlineRules) -> Finding:
    """Whether the document behind the number's fallback helps a caller while all of us is away."""
    if not fallback:
        says = "The hotline's number has no Voice Fallback URL: while we are away a caller is lost."
        return bad("hotline", says, MAKE_ONE)
    if urlsplit(fallback).hostname == urlsplit(settings.public_url).hostname:
        says = "The hotline's Voice Fallback URL leads to us, who are away when it is asked."
        return bad("hotline", says, MAKE_ONE)
    try:
        async with httpx.AsyncClient(
            verify=trusted(), timeout=TIMEOUT, follow_redirects=True
        ) as client:
            answer = (await client.get(fallback)).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        says = f"The hotline's Voice Fallback URL could not be read ({type(error).__name__})."
        return warn("hotline", says, "Look whether Twilio can read it; " + MAKE_ONE)
    wrong = check(answer.content)
    if wrong:
        return bad("hotline", f"The hotline's fallback is no TwiML: {wrong[0]}", MAKE_ONE)
    missing = [number for number in rules.fallback_numbers if number not in answer.text]
    if missing:
        says = "The hotline's fallback does not dial everybody whom the policy names."
        return warn("hotline", says, MAKE_ONE)
    return good("hotline", "While we are away a caller is led to the policy's last resort.")
