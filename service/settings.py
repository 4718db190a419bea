"""All settings, read once at start from HELIOGRAPH_* variables and never again.

Everything wrong is told at once, each sentence naming its variable. Secrets have a repr that hides
them. A wish that cannot be told from a typing error (an unknown variable) is a notice, not an
error.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from notifiers.email.account import SmtpAccount
from service.chat_settings import ChatSettings, read_chat
from service.environment import PREFIX, Environment, Secret, SettingsError, port
from service.phone_settings import (
    BreakerSettings,
    TwilioSettings,
    per_second,
    read_account,
    read_breaker,
    read_twilio,
)

__all__ = ["SERVING", "Secret", "Settings", "SettingsError", "TwilioSettings", "read_settings"]

SOURCES = (
    "zendesk",
    "jira",
    "freshdesk",
    "zammad",
    "zoho-desk",
    "servicenow",
    "hubspot",
    "github",
    "gitlab",
    "alertmanager",
    "standard",
    "pagerduty",
)
"""Who may post, each behind HELIOGRAPH_WEBHOOK_SECRET_<SOURCE>; pagerduty's are routing keys."""

WRITE_BACK: Mapping[str, tuple[str, ...]] = {
    "zendesk": ("URL", "EMAIL", "API_TOKEN"),
    "jira": ("URL", "EMAIL", "API_TOKEN"),
    "freshdesk": ("URL", "API_KEY"),
    "zammad": ("URL", "API_TOKEN"),
    "zoho-desk": ("URL", "ORG_ID", "CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN"),
    "servicenow": ("URL", "USERNAME", "PASSWORD"),
    "hubspot": ("URL", "ACCESS_TOKEN"),
    "github": ("URL", "API_TOKEN"),
    "gitlab": ("URL", "API_TOKEN"),
}
"""What each ticket system needs to be written to, as HELIOGRAPH_<SYSTEM>_<NAME>: all or none."""

WRITE_BACK_MAY: Mapping[str, tuple[str, ...]] = {
    "zendesk": ("ACTOR_ID", "NEW_TICKET"),
    "jira": ("ACTOR_ID", "ON_HOLD", "NEW_TICKET"),
    "freshdesk": ("ACTOR", "ON_HOLD", "NEW_TICKET"),
    "zammad": ("LOGIN", "ON_HOLD", "NEW_TICKET"),
    "zoho-desk": ("ACTOR_ID", "NEW_TICKET"),
    "servicenow": ("NEW_TICKET",),
    "hubspot": ("ACTOR", "ON_HOLD", "NEW_TICKET"),
    "github": ("ACTOR", "INTERNAL_NOTES", "NEW_TICKET"),
    "gitlab": ("ACTOR", "NEW_TICKET"),
}
"""What may be told besides: who we are there, what on hold is called, what new tickets say."""

CHANNELS: Mapping[str, tuple[str, ...]] = {
    "SMTP_URL": ("smtp", "smtps", "smtp+starttls"),
    "MATTERMOST_WEBHOOK_URL": ("https", "http"),
    "ROCKETCHAT_WEBHOOK_URL": ("https", "http"),
    "SLACK_WEBHOOK_URL": ("https", "http"),
}

SERVING = frozenset({"DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "SECRET_KEY", "ADMIN_TOKEN"})
"""What `web` and `worker` cannot do without in production."""

REASONS = {
    "DATABASE_URL": "Give the URL of a PostgreSQL server; the embedded one is not for production.",
    "REDIS_URL": "Give the URL of a Redis server; the embedded one is not for production.",
    "PUBLIC_URL": "Give the address under which Twilio and people's browsers reach `web`.",
    "SECRET_KEY": "Give 32 random bytes or more, for example from `openssl rand -hex 32`.",
    "ADMIN_TOKEN": "Give a random API token, for example from `openssl rand -hex 32`.",
}

DEVELOPMENT_KEY = Secret("a key that protects nothing: development and test only")


@dataclass(frozen=True, slots=True)
class Settings:
    environment: str
    data_dir: Path
    host: str
    port: int
    public_url: str
    """Without a slash at its end; the only base for signature checks."""
    secret_keys: tuple[str, ...]
    """One, or two during a rotation: the first signs, both are believed."""
    admin_token: str | None
    database_url: str | None
    """None: the embedded server under `data_dir`."""
    redis_url: str | None
    policy: Path | None
    """None: the sample of the demo."""
    directory: Path | None
    sms_per_second: float
    """Segments per second and sending number; 0 lifts the limit. So does the next."""
    calls_per_second: float
    account_sms_per_second: float
    """For all numbers of an account together; 0 is no limit but the number's. So does the next."""
    account_calls_per_second: float
    breaker: BreakerSettings
    twilio: TwilioSettings | None
    """None in production without credentials: nobody can be texted or rung."""
    twilio2: TwilioSettings | None
    """A second account, region or provider, which takes over while the first fails."""
    webhook_secrets: Mapping[str, tuple[str, ...]]
    """Source to one or two secrets; an absent source answers 404."""
    write_back: Mapping[str, Mapping[str, str]]
    """Ticket system to its lower-case names (WRITE_BACK); an absent system is not written to."""
    channels: Mapping[str, str]
    """Lower-case name without `_url` ("smtp", "slack_webhook") to URL."""
    chat: ChatSettings
    heartbeat_url: str | None
    """An outside monitor that the watchdog calls while all is well."""
    log_level: str
    notices: tuple[str, ...] = field(default=())
    """Sentences to say once at start: what is off, what was not understood."""

    @property
    def secret_key(self) -> str:
        """What is signed with now."""
        return self.secret_keys[0]

    @property
    def production(self) -> bool:
        return self.environment == "production"


def read_settings(
    variables: Mapping[str, str] | None = None, *, require: frozenset[str] = frozenset()
) -> Settings:
    """Reads `variables`, or the process's own. Raises SettingsError with every error found.

    `require` names what this command cannot do without in production (see SERVING).
    """
    given = Environment(os.environ if variables is None else variables)
    environment = given.choice(
        "ENVIRONMENT", ("production", "development", "test"), default="production"
    )
    host = given.text("HOST") or "127.0.0.1"
    listen = given.parsed("PORT", port, 8000, "a port from 0 to 65535")
    settings = Settings(
        environment=environment,
        data_dir=Path(given.text("DATA_DIR") or ".heliograph"),
        host=host,
        port=listen,
        public_url=given.url("PUBLIC_URL", ("https", "http")) or f"http://{host}:{listen}",
        secret_keys=given.secrets("SECRET_KEY") or (DEVELOPMENT_KEY,),
        admin_token=given.secret("ADMIN_TOKEN"),
        database_url=given.url("DATABASE_URL", ("postgresql", "postgres")),
        redis_url=given.url("REDIS_URL", ("redis", "rediss")),
        policy=existing_file(given, "POLICY"),
        directory=existing_file(given, "DIRECTORY"),
        sms_per_second=per_second(given, "SMS_PER_SECOND", 1.0),
        calls_per_second=per_second(given, "CALLS_PER_SECOND", 1.0),
        account_sms_per_second=per_second(given, "ACCOUNT_SMS_PER_SECOND", 0.0),
        account_calls_per_second=per_second(given, "ACCOUNT_CALLS_PER_SECOND", 0.0),
        breaker=read_breaker(given),
        twilio=read_twilio(given, simulate=environment != "production"),
        twilio2=read_account(given, "TWILIO2"),
        webhook_secrets=read_webhook_secrets(given),
        write_back=read_write_back(given),
        channels=read_channels(given),
        chat=read_chat(given),
        heartbeat_url=given.url("HEARTBEAT_URL", ("https", "http")),
        log_level=given.choice("LOG_LEVEL", ("debug", "info", "warning", "error"), "info"),
        notices=given.notices(),
    )
    if settings.production:
        for name in sorted(require):
            if given.text(name) is None:
                given.error(name, f"is required in production. {REASONS[name]}")
    if given.errors:  # a name that is misspelled is often why another one is missing
        raise SettingsError([*given.errors, *settings.notices])
    return settings


def existing_file(given: Environment, name: str) -> Path | None:
    value = given.text(name)
    if value is not None and not Path(value).is_file():
        given.error(name, f"names {value}, which is no file. Correct the path.")
    return None if value is None else Path(value)


def read_webhook_secrets(given: Environment) -> Mapping[str, tuple[str, ...]]:
    found = {}
    for source in SOURCES:
        secrets = given.secrets(f"WEBHOOK_SECRET_{variable(source)}")
        if secrets:
            found[source] = secrets
    return MappingProxyType(found)


def read_write_back(given: Environment) -> Mapping[str, Mapping[str, str]]:
    found = {}
    for system, names in WRITE_BACK.items():
        values = {name: write_back_value(given, system, name) for name in names}
        may = WRITE_BACK_MAY.get(system, ())
        if not any(values.values()):
            lacks = " and ".join(f"{PREFIX}{variable(system)}_{name}" for name in names)
            for name in may:
                given.idle(f"{variable(system)}_{name}", f"{lacks} say how {system} is written to")
            continue
        for name in (name for name, value in values.items() if value is None):
            given.error(
                f"{variable(system)}_{name}",
                f"is not set, and others of {system} are. Give all of "
                f"{', '.join(names)}, or none to write nothing back.",
            )
        values |= {name: write_back_value(given, system, name) for name in may}
        check_new_ticket(given, system, values.get("NEW_TICKET"))
        found[system] = MappingProxyType(
            {name.lower(): value for name, value in values.items() if value is not None}
        )
    return MappingProxyType(found)


def check_new_ticket(given: Environment, system: str, value: str | None) -> None:
    """What every new ticket shall say besides: members of the system's own API."""
    try:
        fits = value is None or isinstance(json.loads(value), dict)
    except ValueError:
        fits = False
    if not fits:
        wanted = 'is no JSON object. Give one, such as {"group": "Support"}.'
        given.error(f"{variable(system)}_NEW_TICKET", wanted)


def write_back_value(given: Environment, system: str, name: str) -> Secret | None:
    full = f"{variable(system)}_{name}"
    return given.url(full, ("https", "http")) if name == "URL" else given.secret(full)


def read_channels(given: Environment) -> Mapping[str, str]:
    urls = {name: given.url(name, schemes) for name, schemes in CHANNELS.items()}
    check_smtp(given, urls["SMTP_URL"])
    return MappingProxyType(
        {name.removesuffix("_URL").lower(): url for name, url in urls.items() if url}
    )


def check_smtp(given: Environment, url: str | None) -> None:
    """Whatever else is wrong with it; the URL itself, which may hold a password, is not shown."""
    try:
        if url and not any("SMTP_URL" in error for error in given.errors):
            SmtpAccount.parse(url)
    except ValueError as wrong:
        given.error("SMTP_URL", str(wrong))


def variable(name: str) -> str:
    return name.upper().replace("-", "_")


def not_written_to(settings: Settings) -> dict[str, str]:
    """Systems that are listened to and could be written to, to the setting they wait for."""
    heard = settings.webhook_secrets.keys() & WRITE_BACK.keys()
    silent = sorted(heard - settings.write_back.keys())
    return {name: f"{PREFIX}{variable(name)}_URL" for name in silent}
