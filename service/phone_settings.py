"""The settings of texts and calls: accounts, paces, and when a failing provider is passed by."""

from dataclasses import dataclass

from service.environment import Environment, Secret, rate

SIMULATED_SID = "AC" + "0" * 32
SIMULATED_TOKEN = Secret("simulated-auth-token")
SIMULATED_NUMBER = "+15005550006"
SIMULATED_HOTLINE = "+15005550009"


@dataclass(frozen=True, slots=True)
class TwilioSettings:
    """`simulated`: the credentials are made up and `api_url` defaults to the simulator."""

    account_sid: str
    auth_tokens: tuple[str, ...]
    """The first signs our requests; a request to us may be signed with either."""
    from_number: str | None
    messaging_service_sid: str | None
    hotline_number: str | None
    api_url: str | None
    """None is Twilio's own, or the simulator's."""
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class BreakerSettings:
    """When a failing provider is passed by: so many failures in a row within `window` seconds."""

    failures: int
    window: float
    pause: float
    """Seconds until it is tried again."""


def per_second(given: Environment, name: str, default: float) -> float:
    return given.parsed(name, rate, default, "a number from 0 up")


def read_breaker(given: Environment) -> BreakerSettings:
    return BreakerSettings(
        given.parsed("BREAKER_FAILURES", at_least_one, 3, "a whole number from 1 up"),
        given.parsed("BREAKER_WINDOW", rate, 120.0, "a number of seconds"),
        given.parsed("BREAKER_PAUSE", rate, 30.0, "a number of seconds"),
    )


def at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def read_twilio(given: Environment, *, simulate: bool) -> TwilioSettings | None:
    found = read_account(given, "TWILIO")
    if found is not None or not simulate:
        return found
    api_url = given.url("TWILIO_API_URL", ("https", "http"))
    return TwilioSettings(
        account_sid=SIMULATED_SID,
        auth_tokens=(SIMULATED_TOKEN,),
        from_number=given.phone("TWILIO_FROM_NUMBER", short_code=True) or SIMULATED_NUMBER,
        messaging_service_sid=given.text("TWILIO_MESSAGING_SERVICE_SID"),
        hotline_number=given.phone("TWILIO_HOTLINE_NUMBER") or SIMULATED_HOTLINE,
        api_url=api_url,
        simulated=api_url is None,
    )


def read_account(given: Environment, prefix: str) -> TwilioSettings | None:
    """An account at Twilio, or at whoever serves its API; None where no credentials are given."""
    sid = given.text(f"{prefix}_ACCOUNT_SID")
    tokens = given.secrets(f"{prefix}_AUTH_TOKEN")
    number = given.phone(f"{prefix}_FROM_NUMBER", short_code=True)
    service = given.text(f"{prefix}_MESSAGING_SERVICE_SID")
    hotline = given.phone(f"{prefix}_HOTLINE_NUMBER")
    api_url = given.url(f"{prefix}_API_URL", ("https", "http"))
    if not sid and not tokens:
        return None
    require_twilio(given, prefix, sid, tokens, number or service)
    return TwilioSettings(sid or "", tokens, number, service, hotline, api_url)


def require_twilio(
    given: Environment, prefix: str, sid: str | None, tokens: tuple[str, ...], sender: str | None
) -> None:
    both = f"{prefix}_ACCOUNT_SID and {prefix}_AUTH_TOKEN are of use together alone."
    if not sid:
        given.error(f"{prefix}_ACCOUNT_SID", f"is not set. {both}")
    elif not sid.startswith("AC"):
        given.error(f"{prefix}_ACCOUNT_SID", "does not begin with AC, as Twilio's account SIDs do.")
    if not tokens:
        given.error(f"{prefix}_AUTH_TOKEN", f"is not set. {both}")
    if not sender:
        other = f"{prefix}_MESSAGING_SERVICE_SID"
        given.error(f"{prefix}_FROM_NUMBER", f"is not set. Give it, or {other}, to text.")
