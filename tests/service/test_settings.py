from pathlib import Path

import pytest

from service.settings import SERVING, SettingsError, read_settings

PRODUCTION = {
    "HELIOGRAPH_DATABASE_URL": "postgresql://user:hush@db/heliograph",
    "HELIOGRAPH_REDIS_URL": "redis://:hush@cache/0",
    "HELIOGRAPH_PUBLIC_URL": "https://pager.example/",
    "HELIOGRAPH_SECRET_KEY": "hush-hush",
    "HELIOGRAPH_ADMIN_TOKEN": "hush-admin",
}


def errors_of(variables: dict[str, str], **more: frozenset[str]) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as raised:
        read_settings(variables, **more)
    return raised.value.errors


def test_nothing_set_is_production_with_the_defaults_of_the_contract() -> None:
    settings = read_settings({})
    assert settings.production
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.data_dir == Path(".heliograph")
    assert (settings.sms_per_second, settings.calls_per_second) == (1.0, 1.0)
    assert settings.twilio is None
    assert not settings.webhook_secrets


def test_production_names_everything_that_is_missing_at_once() -> None:
    errors = errors_of({}, require=SERVING)
    assert {error.split()[0] for error in errors} == set(PRODUCTION)
    assert all("required in production" in error and error.endswith(".") for error in errors)


def test_production_with_everything_is_accepted_and_the_slash_goes() -> None:
    settings = read_settings(PRODUCTION, require=SERVING)
    assert settings.public_url == "https://pager.example"
    assert settings.database_url == "postgresql://user:hush@db/heliograph"


def test_development_needs_nothing_and_speaks_to_the_simulator() -> None:
    settings = read_settings({"HELIOGRAPH_ENVIRONMENT": "development"}, require=SERVING)
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.twilio is not None
    assert settings.twilio.simulated
    assert settings.twilio.account_sid.startswith("AC")


def test_no_secret_is_shown() -> None:
    shown = repr(
        read_settings(
            {
                **PRODUCTION,
                "HELIOGRAPH_WEBHOOK_SECRET_ZENDESK": "hush-1,hush-2",
                "HELIOGRAPH_TWILIO_ACCOUNT_SID": "AC1",
                "HELIOGRAPH_TWILIO_AUTH_TOKEN": "hush-token",
                "HELIOGRAPH_TWILIO_FROM_NUMBER": "+14155550100",
                "HELIOGRAPH_ZENDESK_URL": "https://acme.zendesk.example",
                "HELIOGRAPH_ZENDESK_EMAIL": "bot@acme.example",
                "HELIOGRAPH_ZENDESK_API_TOKEN": "hush-zendesk",
                "HELIOGRAPH_SMTP_URL": "smtp://user:hush@mail.example?from=pager@mail.example",
            }
        )
    )
    assert "hush" not in shown


def test_every_error_is_told_at_once_and_names_its_variable() -> None:
    errors = errors_of(
        {
            "HELIOGRAPH_ENVIRONMENT": "prod",
            "HELIOGRAPH_PORT": "http",
            "HELIOGRAPH_PUBLIC_URL": "pager.example",
            "HELIOGRAPH_DATABASE_URL": "mysql://db/x",
            "HELIOGRAPH_SMS_PER_SECOND": "-1",
            "HELIOGRAPH_CALLS_PER_SECOND": "nan",
            "HELIOGRAPH_POLICY": "/nowhere/policy.yaml",
            "HELIOGRAPH_TWILIO_HOTLINE_NUMBER": "0155 5501",
            "HELIOGRAPH_WEBHOOK_SECRET_JIRA": "a,b,c",
            "HELIOGRAPH_SMTP_URL": "smtps://user:hush@mail.example",
        }
    )
    assert [error.split()[0] for error in errors] == [
        "HELIOGRAPH_ENVIRONMENT",
        "HELIOGRAPH_PORT",
        "HELIOGRAPH_PUBLIC_URL",
        "HELIOGRAPH_DATABASE_URL",
        "HELIOGRAPH_POLICY",
        "HELIOGRAPH_SMS_PER_SECOND",
        "HELIOGRAPH_CALLS_PER_SECOND",
        "HELIOGRAPH_TWILIO_HOTLINE_NUMBER",
        "HELIOGRAPH_WEBHOOK_SECRET_JIRA",
        "HELIOGRAPH_SMTP_URL",
    ]
    assert "?from=" in errors[-1]
    assert "hush" not in errors[-1]


def test_what_is_missing_may_be_there_under_a_misspelled_name() -> None:
    given = {**PRODUCTION, "HELIOGRAPH_DATABSE_URL": PRODUCTION["HELIOGRAPH_DATABASE_URL"]}
    del given["HELIOGRAPH_DATABASE_URL"]
    missing, misspelled = errors_of(given, require=SERVING)
    assert missing.startswith("HELIOGRAPH_DATABASE_URL is required")
    assert misspelled.endswith("Did you mean HELIOGRAPH_DATABASE_URL?")


def test_two_keys_may_sign_during_a_rotation() -> None:
    settings = read_settings(
        {"HELIOGRAPH_SECRET_KEY": "new, old", "HELIOGRAPH_ENVIRONMENT": "test"}
    )
    assert (settings.secret_key, settings.secret_keys) == ("new", ("new", "old"))
    assert "new" not in repr(settings.secret_keys)
    (error,) = errors_of({"HELIOGRAPH_SECRET_KEY": "a,b,c"})
    assert "one, or two during a rotation" in error


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "zendesk"
    file.write_text("from-file\n")
    settings = read_settings({"HELIOGRAPH_WEBHOOK_SECRET_ZENDESK_FILE": str(file)})
    assert settings.webhook_secrets == {"zendesk": ("from-file",)}
    assert not settings.notices


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"HELIOGRAPH_SECRET_KEY_FILE": "/nowhere"}, "cannot be read"),
        ({"HELIOGRAPH_SECRET_KEY_FILE": "/x", "HELIOGRAPH_SECRET_KEY": "y"}, "Unset one"),
        ({"HELIOGRAPH_SECRET_KEY_FILE": "/dev/null"}, "is empty"),
    ],
)
def test_a_file_that_gives_no_secret_is_named(variables: dict[str, str], words: str) -> None:
    (error,) = errors_of(variables)
    assert error.startswith("HELIOGRAPH_SECRET_KEY_FILE ")
    assert words in error


def test_sources_are_spelled_as_in_their_path_and_may_rotate() -> None:
    settings = read_settings(
        {
            "HELIOGRAPH_WEBHOOK_SECRET_ZOHO_DESK": "new, old",
            "HELIOGRAPH_WEBHOOK_SECRET_PAGERDUTY": "key",
            "HELIOGRAPH_WEBHOOK_SECRET_GITHUB": "",
        }
    )
    assert settings.webhook_secrets == {"zoho-desk": ("new", "old"), "pagerduty": ("key",)}


def test_twilio_needs_all_of_its_parts() -> None:
    errors = errors_of({"HELIOGRAPH_TWILIO_ACCOUNT_SID": "SK1"})
    assert [error.split()[0] for error in errors] == [
        "HELIOGRAPH_TWILIO_ACCOUNT_SID",
        "HELIOGRAPH_TWILIO_AUTH_TOKEN",
        "HELIOGRAPH_TWILIO_FROM_NUMBER",
    ]


def test_a_stand_in_on_loopback_takes_made_up_credentials_in_test() -> None:
    settings = read_settings(
        {"HELIOGRAPH_ENVIRONMENT": "test", "HELIOGRAPH_TWILIO_API_URL": "http://127.0.0.1:9/x/"}
    )
    assert settings.twilio is not None
    assert settings.twilio.api_url == "http://127.0.0.1:9/x"
    assert not settings.twilio.simulated


def test_write_back_is_all_or_nothing() -> None:
    (error,) = errors_of(
        {
            "HELIOGRAPH_ZENDESK_URL": "https://acme.zendesk.example/",
            "HELIOGRAPH_ZENDESK_EMAIL": "bot@acme.example",
        }
    )
    assert error.startswith("HELIOGRAPH_ZENDESK_API_TOKEN is not set")


def test_what_waits_for_a_system_to_be_written_to_says_what_is_missing() -> None:
    settings = read_settings({"HELIOGRAPH_ZAMMAD_NEW_TICKET": "{}", "HELIOGRAPH_JIRA_URL_": "x"})
    waits, misspelled = settings.notices
    assert waits == (
        "HELIOGRAPH_ZAMMAD_NEW_TICKET has no effect until HELIOGRAPH_ZAMMAD_URL and "
        "HELIOGRAPH_ZAMMAD_API_TOKEN say how zammad is written to."
    )
    assert misspelled.startswith("HELIOGRAPH_JIRA_URL_ is not a setting")


def test_write_back_and_channels_are_read() -> None:
    settings = read_settings(
        {
            "HELIOGRAPH_GITHUB_URL": "https://api.github.example/",
            "HELIOGRAPH_GITHUB_API_TOKEN": "token/",
            "HELIOGRAPH_SLACK_WEBHOOK_URL": "https://hooks.example/1",
        }
    )
    assert settings.write_back == {
        "github": {"url": "https://api.github.example", "api_token": "token/"}
    }
    assert settings.channels == {"slack_webhook": "https://hooks.example/1"}


def test_a_misspelled_variable_is_noticed_with_the_right_spelling() -> None:
    settings = read_settings({"HELIOGRAPH_TWILIO_ACOUNT_SID": "AC1", "HOME": "/root"})
    (notice,) = settings.notices
    assert notice.startswith("HELIOGRAPH_TWILIO_ACOUNT_SID is not a setting and has no effect.")
    assert notice.endswith("Did you mean HELIOGRAPH_TWILIO_ACCOUNT_SID?")


def test_chats_and_webhooks_are_read_and_checked() -> None:
    settings = read_settings(
        {
            "HELIOGRAPH_SLACK_SIGNING_SECRET": "new,old",
            "HELIOGRAPH_OUTGOING_WEBHOOK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "HELIOGRAPH_OUTGOING_ALLOW": "10.0.0.0/8, fd00::/8",
            "HELIOGRAPH_APPRISE_CONFIG": "anna = ntfys://topic-secret",
        }
    )
    assert settings.chat.slack_secrets == ("new", "old")
    assert settings.chat.allowed == ("10.0.0.0/8", "fd00::/8")
    assert "topic-secret" not in repr(settings)
    assert "MfKQ9r8" not in repr(settings)
    errors = errors_of(
        {
            "HELIOGRAPH_OUTGOING_WEBHOOK_SECRET": "whsec_%%%",
            "HELIOGRAPH_OUTGOING_ALLOW": "10.0.0.1/8",
        }
    )
    named = [error.split()[0] for error in errors]
    assert named == ["HELIOGRAPH_OUTGOING_WEBHOOK_SECRET", "HELIOGRAPH_OUTGOING_ALLOW"]
    assert "%%%" not in errors[0]
