import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from service.clock import FixedClock, SystemClock
from service.doctor.finding import Finding, Level
from service.doctor.mail import check_mail
from service.doctor.outside import check_reachability, check_sources, check_twilio
from service.doctor.people import check_people
from service.doctor.stores import check_database, check_redis
from service.settings import Settings, read_settings
from tests.notifiers.postoffice import post_office
from tests.service.office import Office

SID = "AC" + "1" * 32
NUMBER = "+14155550100"
ACCOUNT = f"/2010-04-01/Accounts/{SID}.json"
NUMBERS = f"/2010-04-01/Accounts/{SID}/IncomingPhoneNumbers.json"


@contextmanager
def answering(answers: dict[str, tuple[int, Any]], date: datetime | None = None) -> Iterator[str]:
    """A stand-in that answers paths as told; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answers.get(self.path.partition("?")[0], (404, {}))
            self.send_response_only(status)
            self.send_header("Date", format_datetime(date or SystemClock().wall(), usegmt=True))
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def settings_for(address: str, **more: str) -> Settings:
    return read_settings(
        {
            "HELIOGRAPH_ENVIRONMENT": "test",
            "HELIOGRAPH_PUBLIC_URL": address,
            "HELIOGRAPH_TWILIO_API_URL": address,
            "HELIOGRAPH_TWILIO_ACCOUNT_SID": SID,
            "HELIOGRAPH_TWILIO_AUTH_TOKEN": "token",
            "HELIOGRAPH_TWILIO_FROM_NUMBER": NUMBER,
            **{f"HELIOGRAPH_{name}": value for name, value in more.items()},
        }
    )


def owned(address: str) -> dict[str, Any]:
    return {
        "phone_number": NUMBER,
        "capabilities": {"sms": True, "voice": True},
        "sms_url": f"{address}/twilio/sms",
        "voice_url": f"{address}/twilio/voice",
    }


def troubles(findings: list[Finding]) -> list[tuple[Level, str]]:
    return [(each.level, each.says) for each in findings if each.level is not Level.GOOD]


@pytest.mark.parametrize(
    ("server", "scheme", "trouble", "says"),
    [
        ({"starttls": True}, "smtp+starttls", {}, []),
        ({}, "smtp", {}, ["is spoken to in the clear"]),
        ({}, "smtp+starttls", {}, ["cannot be used as it is set up"]),
        ({}, "smtp", {"MAIL": "550 5.7.1 not you"}, ["refused the sender: 550 5.7.1 not you"]),
        ({}, "smtp", {"MAIL": "451 4.3.0 later"}, ["by e-mail now"]),
        ({"starttls": True, "login": True}, "smtp+starttls", {}, ["530 5.7.0"]),
    ],
)
async def test_the_mail_server_is_tried_without_a_letter(
    server: dict[str, bool], scheme: str, trouble: dict[str, str], says: list[str]
) -> None:
    async with post_office(**server) as office:
        office.troubles |= trouble
        url = f"{scheme}://localhost:{office.port}?from=pager@heliograph.example&verify=no"
        found = troubles(await check_mail(settings_for("http://127.0.0.1:1", SMTP_URL=url)))
    assert len(found) == len(says), found
    assert all(words in said for words, (_, said) in zip(says, found, strict=True)), found
    assert office.letters == []


async def test_whom_no_page_reaches_is_named(office: Office, database_url: str) -> None:
    async def told(**given: str) -> list[tuple[Level, str]]:
        settings = settings_for("http://127.0.0.1:1", DATABASE_URL=database_url, **given)
        return troubles(await check_people(settings))

    assert await told() == []
    await office.pool.execute(
        "update people set body = replace(replace(body::text, '\"sms\"', '\"email\"'),"
        " '\"voice\"', '\"slack\"')::json where id = 'carl'"
    )
    assert {says for _, says in await told()} == {
        "email is not set up, and carl would be paged by it.",
        "slack is not set up, and carl would be paged by it.",
        "No page can reach carl.",
    }
    smtp = "smtp://127.0.0.1:9?from=pager@heliograph.example"
    assert [says for _, says in await told(SMTP_URL=smtp)] == [
        "slack is not set up, and carl would be paged by it."
    ]


async def test_without_a_directory_there_is_nobody_to_speak_of(empty_database_url: str) -> None:
    settings = settings_for("http://127.0.0.1:1", DATABASE_URL=empty_database_url)
    assert await check_people(settings) == []


async def test_without_a_mail_server_there_is_nothing_to_say() -> None:
    assert await check_mail(settings_for("http://127.0.0.1:1")) == []


async def test_servers_that_are_well(database_url: str, redis_url: str) -> None:
    findings = await check_database(database_url, SystemClock())
    # The tests' own server trades durability for speed, and the doctor notices.
    assert [says.split()[0] for _, says in troubles(findings)] == [
        "fsync",
        "synchronous_commit",
        "full_page_writes",
    ]
    assert troubles(await check_redis(redis_url, SystemClock())) == []


async def test_a_wrong_clock_is_found_against_both_servers(
    database_url: str, redis_url: str
) -> None:
    wrong = FixedClock(SystemClock().wall() - timedelta(minutes=7))
    for findings in (
        await check_database(database_url, wrong),
        await check_redis(redis_url, wrong),
    ):
        (clock,) = [each for each in findings if each.check == "clock"]
        assert clock.level is Level.BAD
        assert "by 420 s" in clock.says or "by 419 s" in clock.says


async def test_servers_that_are_away(empty_database_url: str) -> None:
    (redis,) = await check_redis("redis://127.0.0.1:1", SystemClock())
    assert (redis.level, redis.check) == (Level.BAD, "redis")
    wrong = empty_database_url.replace("postgres:", "postgres:not")
    (database,) = await check_database(wrong, SystemClock())
    assert "password" in database.says
    assert "HELIOGRAPH_DATABASE_URL" in database.fix


async def test_a_schema_that_is_behind(empty_database_url: str) -> None:
    findings = await check_database(empty_database_url, SystemClock())
    (schema,) = [each for each in findings if each.check == "schema"]
    assert (schema.level, schema.fix) == (Level.BAD, "Run heliograph migrate.")


async def test_twilio_as_it_should_be() -> None:
    answers: dict[str, tuple[int, Any]] = {ACCOUNT: (200, {"status": "active", "type": "Full"})}
    with answering(answers) as address:
        answers[NUMBERS] = (200, {"incoming_phone_numbers": [owned(address)]})
        assert troubles(await check_twilio(settings_for(address), SystemClock())) == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((401, {"code": 20003}), "refuses the credentials"),
        ((503, {}), "answered 503"),
        ((200, b"<html>Welcome</html>"), "not Twilio's API"),
        ((200, {"status": "suspended"}), "account is suspended"),
        ((200, {"status": "active", "type": "Trial"}), "trial account"),
    ],
)
async def test_an_account_with_a_trouble(answer: tuple[int, Any], words: str) -> None:
    with answering({ACCOUNT: answer}) as address:
        findings = await check_twilio(settings_for(address), SystemClock())
    assert words in findings[0].says
    assert findings[0].fix


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"phone_number": "+14155550199"}, "no number of this account"),
        ({"capabilities": {"sms": True, "voice": False}}, "cannot do voice"),
        ({"sms_url": "https://old.example/sms"}, "sends its sms webhooks elsewhere"),
    ],
)
async def test_a_number_with_a_trouble(change: dict[str, Any], words: str) -> None:
    answers: dict[str, tuple[int, Any]] = {ACCOUNT: (200, {"status": "active"})}
    with answering(answers) as address:
        answers[NUMBERS] = (200, {"incoming_phone_numbers": [owned(address) | change]})
        ((_, says),) = troubles(await check_twilio(settings_for(address), SystemClock()))
    assert words in says
    assert NUMBER not in says


async def test_a_number_that_cannot_be_looked_up_is_not_told() -> None:
    """Broken once: the error said the address that was asked, with the number and the account."""
    answers = {ACCOUNT: (200, {"status": "active"}), NUMBERS: (500, {})}
    with answering(answers) as address:
        ((_, says),) = troubles(await check_twilio(settings_for(address), SystemClock()))
    assert says == "HELIOGRAPH_TWILIO_FROM_NUMBER could not be looked up (HTTPStatusError)."


async def test_a_clock_that_twilio_disagrees_with() -> None:
    answers = {ACCOUNT: (200, {"status": "active"}), NUMBERS: (200, {"incoming_phone_numbers": []})}
    with answering(answers, date=datetime(2020, 1, 1, tzinfo=UTC)) as address:
        findings = await check_twilio(settings_for(address), SystemClock())
    assert [each.level for each in findings if each.check == "clock"] == [Level.BAD]


async def test_twilio_out_of_reach_and_not_configured() -> None:
    (finding,) = await check_twilio(settings_for("http://127.0.0.1:1"), SystemClock())
    assert "does not answer" in finding.says
    (finding,) = await check_twilio(read_settings({}), SystemClock())
    assert finding.level is Level.BAD


async def test_the_second_account_is_looked_at_like_the_first() -> None:
    second = "AC" + "2" * 32
    listed: dict[str, Any] = {"incoming_phone_numbers": []}
    answers: dict[str, tuple[int, Any]] = {
        ACCOUNT: (200, {"status": "active"}),
        ACCOUNT.replace(SID, second): (200, {"status": "active"}),
        NUMBERS: (200, listed),
        NUMBERS.replace(SID, second): (200, {"incoming_phone_numbers": []}),
    }
    with answering(answers) as address:
        listed["incoming_phone_numbers"] = [owned(address)]
        settings = settings_for(
            address,
            TWILIO2_ACCOUNT_SID=second,
            TWILIO2_AUTH_TOKEN="two",
            TWILIO2_FROM_NUMBER="+14155550199",
            TWILIO2_API_URL=address,
        )
        (bought,) = troubles(await check_twilio(settings, SystemClock()))
        answers[ACCOUNT.replace(SID, second)] = (401, {"code": 20003})
        (refused,) = (
            each for each in await check_twilio(settings, SystemClock()) if each.level is Level.BAD
        )
    assert bought[1].startswith("HELIOGRAPH_TWILIO2_FROM_NUMBER (")
    assert (refused.check, "HELIOGRAPH_TWILIO2_AUTH_TOKEN" in refused.fix) == ("twilio2", True)


async def test_the_public_address() -> None:
    with answering({"/livez": (200, {})}) as address:
        assert troubles(await check_reachability(settings_for(address))) == []
        local = settings_for(address, ENVIRONMENT="production")
        assert [level for level, _ in troubles(await check_reachability(local))] == [
            Level.WARN,
            Level.BAD,
        ]
        found = troubles(await check_reachability(settings_for(f"{address}/elsewhere")))
        assert [level for level, _ in found] == [Level.BAD]
    gone = troubles(await check_reachability(settings_for("http://me:hush@127.0.0.1:1")))
    assert gone == [
        (Level.BAD, "HELIOGRAPH_PUBLIC_URL, 127.0.0.1:1, does not answer (ConnectError).")
    ]


def test_sources_without_write_back_are_told() -> None:
    (found,) = troubles(check_sources(settings_for("http://x", WEBHOOK_SECRET_ZENDESK="s")))
    assert found == (Level.WARN, "Nothing is written back to zendesk.")
    assert check_sources(read_settings({}))[0].level is Level.BAD
