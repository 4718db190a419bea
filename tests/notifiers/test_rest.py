"""The simulator and our requests are held to Twilio's own OpenAPI document."""

import base64
import json
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from jsonschema import Draft202012Validator
from litestar import Litestar, Request, post

from notifiers.notifier import Fault, Message, Refused
from notifiers.simulator import forms
from notifiers.simulator.harness import Simulator
from notifiers.simulator.server import Served
from notifiers.twilio.client import Credentials, Twilio
from notifiers.twilio.sms import TwilioSms
from notifiers.twilio.voice import TwilioVoice

DOCUMENT: dict[str, Any] = json.loads(
    (Path(__file__).parent / "fixtures" / "twilio_openapi.json").read_text()
)
OPERATIONS: dict[str, Any] = DOCUMENT["operations"]
SERVICE = "MG" + "a" * 32

TRANSCRIBED = {
    "POST /Messages.json": forms.CREATE_MESSAGE,
    "POST /Messages/{Sid}.json": forms.UPDATE_MESSAGE,
    "POST /Calls.json": forms.CREATE_CALL,
    "POST /Calls/{Sid}.json": forms.UPDATE_CALL,
}


def problems(instance: object, schema: Mapping[str, Any]) -> list[str]:
    validator = Draft202012Validator({**schema, "definitions": DOCUMENT["definitions"]})
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(instance)]


def form_problems(operation: str, form: Mapping[str, list[str]]) -> list[str]:
    """Of a form's names and values, each value read as the type the document gives it."""
    schema = OPERATIONS[operation]["form"]
    typed = {
        name: _typed(values, schema["properties"].get(name, {})) for name, values in form.items()
    }
    return problems(typed, schema)


def _typed(values: list[str], schema: Mapping[str, Any]) -> object:
    if schema.get("type") == "array":
        return values
    value = values[0] if len(values) == 1 else values
    if schema.get("type") == "integer" and isinstance(value, str) and value.isdecimal():
        return int(value)
    if schema.get("type") == "boolean" and value in {"true", "false"}:
        return value == "true"
    return value


@pytest.mark.parametrize("operation", TRANSCRIBED)
def test_the_simulator_knows_the_fields_twilio_knows(operation: str) -> None:
    assert set(TRANSCRIBED[operation]) == set(OPERATIONS[operation]["form"]["properties"])


@pytest.mark.parametrize(
    ("operation", "fields"),
    [("GET /Messages.json", forms.LIST_MESSAGES), ("GET /Calls.json", forms.LIST_CALLS)],
)
def test_the_simulator_knows_the_filters_twilio_knows(
    operation: str, fields: Mapping[str, str]
) -> None:
    assert set(fields) == set(OPERATIONS[operation]["query"])


@pytest.fixture
def recorded() -> list[tuple[str, dict[str, list[str]]]]:
    return []


@pytest.fixture
def twilio(recorded: list[tuple[str, dict[str, list[str]]]]) -> Any:
    """A bare HTTP server: what is recorded is what left the process."""

    @post("/{rest:path}")
    async def record(request: Request[Any, Any, Any]) -> dict[str, str]:
        body = (await request.body()).decode()
        recorded.append((request.url.path, parse_qs(body, keep_blank_values=True)))
        return {"sid": "SM" + "0" * 32}

    with Served(Litestar([record], openapi_config=None)) as served:
        yield Twilio(Credentials("AC" + "0" * 32, ("token",)), served.url)


def message(simulator: Simulator, **changes: Any) -> Message:
    fields: dict[str, Any] = {
        "key": "k",
        "channel": "sms",
        "to": "+46700000001",
        "text": "ACME-7 & <more> €",
        "callback": "https://oncall.example/twilio/status?key=k&x=1",
        "answer_url": "https://oncall.example/twilio/voice/page?key=k",
        "valid_for": timedelta(seconds=300),
        "since": simulator.simulation.timers.now(),
    }
    return Message(**(fields | changes))


@pytest.mark.parametrize("service", [None, SERVICE])
async def test_our_text_is_a_request_twilio_describes(
    twilio: Twilio,
    recorded: list[tuple[str, dict[str, list[str]]]],
    simulator: Simulator,
    service: str | None,
) -> None:
    sms = TwilioSms(twilio, "+14155550100", service)
    await sms.send(message(simulator))
    await sms.cancel("SM" + "0" * 32)
    await sms.close()
    (path, form), (cancel_path, cancel) = recorded
    assert path == f"/2010-04-01/Accounts/AC{'0' * 32}/Messages.json"
    assert form_problems("POST /Messages.json", form) == []
    sender = {"From": ["+14155550100"]} if service is None else {"MessagingServiceSid": [SERVICE]}
    assert form == {
        "To": ["+46700000001"],
        "Body": ["ACME-7 & <more> €"],
        "StatusCallback": ["https://oncall.example/twilio/status?key=k&x=1#rc=3&rp=all"],
        "ValidityPeriod": ["300"],
        **sender,
    }
    assert cancel_path.endswith(f"/Messages/SM{'0' * 32}.json")
    assert form_problems("POST /Messages/{Sid}.json", cancel) == []


async def test_our_call_is_a_request_twilio_describes(
    twilio: Twilio, recorded: list[tuple[str, dict[str, list[str]]]], simulator: Simulator
) -> None:
    voice = TwilioVoice(twilio, "+14155550100", timedelta(seconds=25))
    await voice.send(message(simulator, channel="voice"))
    await voice.cancel("CA" + "0" * 32)
    await voice.close()
    (path, form), (_, cancel) = recorded
    assert path.endswith("/Calls.json")
    assert form_problems("POST /Calls.json", form) == []
    callback = ["https://oncall.example/twilio/status?key=k&x=1#rc=3&rp=all"]
    assert form == {
        "To": ["+46700000001"],
        "From": ["+14155550100"],
        "Url": ["https://oncall.example/twilio/voice/page?key=k#rc=3&rp=all"],
        "Method": ["POST"],
        "Timeout": ["25"],
        "StatusCallback": callback,
        "StatusCallbackMethod": ["POST"],
        "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
        "MachineDetection": ["Enable"],
        "AsyncAmd": ["true"],
        "AsyncAmdStatusCallback": callback,
        "AsyncAmdStatusCallbackMethod": ["POST"],
    }
    assert form_problems("POST /Calls/{Sid}.json", cancel) == []
    assert cancel == {"Status": ["canceled"]}


async def test_a_call_without_anything_to_say_is_not_made(
    twilio: Twilio, recorded: list[tuple[str, dict[str, list[str]]]], simulator: Simulator
) -> None:
    voice = TwilioVoice(twilio, "+14155550100")
    outcome = await voice.send(message(simulator, channel="voice", answer_url=None))
    await voice.close()
    assert isinstance(outcome, Refused)
    assert outcome.fault is Fault.OURS
    assert recorded == []


def test_the_document_would_catch_a_misspelt_name_and_a_wrong_value() -> None:
    good = {"To": ["+46700000001"], "ValidityPeriod": ["300"]}
    assert form_problems("POST /Messages.json", good) == []
    assert form_problems("POST /Messages.json", {**good, "ValidityPeriods": ["300"]})
    assert form_problems("POST /Messages.json", {**good, "ValidityPeriod": ["soon"]})
    assert form_problems("POST /Messages.json", {"Body": ["x"]})


class Api:
    """Twilio's REST API without our client: what any other client would see."""

    def __init__(self, simulator: Simulator, session: aiohttp.ClientSession) -> None:
        self._base = f"{simulator.api_url}/2010-04-01/Accounts/{simulator.account_sid}"
        login = f"{simulator.account_sid}:{simulator.auth_token}".encode()
        self._headers = {"Authorization": "Basic " + base64.b64encode(login).decode()}
        self._session = session

    async def call(
        self, method: str, path: str, form: Mapping[str, str] | None = None, **headers: str
    ) -> tuple[int, dict[str, Any]]:
        async with self._session.request(
            method, self._base + path, data=form, headers={**self._headers, **headers}
        ) as answer:
            return answer.status, await answer.json()


@pytest.fixture
async def api(simulator: Simulator) -> AsyncIterator[Api]:
    async with aiohttp.ClientSession() as session:
        yield Api(simulator, session)


async def test_the_simulators_answers_have_twilios_shape(
    api: Api, simulator: Simulator, number: str
) -> None:
    form = {"To": number, "From": simulator.number, "Body": "hello"}
    status, text = await api.call("POST", "/Messages.json", form)
    assert status == OPERATIONS["POST /Messages.json"]["status"]
    assert problems(text, OPERATIONS["POST /Messages.json"]["answer"]) == []
    for _ in range(2):
        await api.call("POST", "/Messages.json", form)
    status, page = await api.call("GET", f"/Messages.json?To=%2B{number[1:]}&PageSize=2")
    assert status == 200
    assert problems(page, OPERATIONS["GET /Messages.json"]["answer"]) == []
    assert len(page["messages"]) == 2
    assert page["next_page_uri"].startswith("/2010-04-01/Accounts/")
    status, fetched = await api.call("GET", f"/Messages/{text['sid']}.json")
    assert (status, fetched["sid"]) == (200, text["sid"])
    assert problems(fetched, OPERATIONS["GET /Messages/{Sid}.json"]["answer"]) == []


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"To": ""}, 400, 21604),
        ({"To": "0701234567"}, 400, 21211),
        ({"To": "+0701234567"}, 400, 21211),
        ({"To": "+14155550100"}, 400, 21211),  # to ourselves
        ({"From": "+14155550111"}, 400, 21606),
        ({"From": ""}, 400, 21603),
        ({"MessagingServiceSid": SERVICE}, 400, 21703),
        ({"MessagingServiceSid": "MG1"}, 400, 20001),
        ({"Body": ""}, 400, 21602),
        ({"Body": "x" * 1601}, 400, 21617),
        ({"StatusCallback": "not a url"}, 400, 21609),
        ({"StatusCallback": "http://under_score.example/"}, 400, 21609),
        ({"ValidityPeriod": "0"}, 400, 20001),
        ({"ValidityPeriod": "36001"}, 400, 20001),
        ({"ValidityPeriods": "300"}, 400, 20001),
        ({"SmartEncoded": "yes"}, 400, 20001),
    ],
)
async def test_what_twilio_refuses_the_simulator_refuses(
    api: Api, simulator: Simulator, number: str, change: dict[str, str], status: int, code: int
) -> None:
    form = {"To": number, "From": simulator.number, "Body": "hello"} | change
    got, body = await api.call("POST", "/Messages.json", form)
    assert (got, body["code"], body["status"]) == (status, code, status)
    assert set(body) == {"code", "message", "more_info", "status"}
    assert simulator.simulation.exchange.texts_of(number) == []


CALL = {"Url": "http://127.0.0.1:9/answer"}


async def test_a_calls_answers_have_twilios_shape(
    api: Api, simulator: Simulator, number: str
) -> None:
    form = {"To": number, "From": simulator.number, **CALL}
    status, call = await api.call("POST", "/Calls.json", form)
    assert status == OPERATIONS["POST /Calls.json"]["status"]
    assert problems(call, OPERATIONS["POST /Calls.json"]["answer"]) == []
    status, page = await api.call("GET", f"/Calls.json?To=%2B{number[1:]}")
    assert problems(page, OPERATIONS["GET /Calls.json"]["answer"]) == []
    assert [one["sid"] for one in page["calls"]] == [call["sid"]]
    status, ended = await api.call("POST", f"/Calls/{call['sid']}.json", {"Status": "completed"})
    assert status == 200
    simulator.phone(number).rings().ends("canceled")
    status, ended = await api.call("GET", f"/Calls/{call['sid']}.json")
    assert problems(ended, OPERATIONS["GET /Calls/{Sid}.json"]["answer"]) == []
    assert ended["status"] == "canceled"
    status, late = await api.call("POST", f"/Calls/{call['sid']}.json", {"Status": "completed"})
    assert (status, late["code"]) == (400, 21220)


async def test_a_call_is_given_other_instructions(
    api: Api, simulator: Simulator, number: str
) -> None:
    hold = "<Response><Gather timeout='600'><Say>Hold on.</Say></Gather></Response>"
    form = {"To": number, "From": simulator.number, "Twiml": hold}
    _, made = await api.call("POST", "/Calls.json", form)
    call = simulator.phone(number).rings().answers().hears("Hold on")
    change = {"Twiml": "<Response><Say>Anna has it.</Say></Response>"}
    status, _ = await api.call("POST", f"/Calls/{made['sid']}.json", change)
    assert status == 200
    call.hears("Anna has it").ends("completed")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"To": "0701234567"}, 21211),
        ({"From": "+14155550111"}, 21210),
        ({"From": ""}, 21603),
        ({"Url": "answer"}, 21205),
        ({"Timeout": "601"}, 20001),
        ({"MachineDetection": "true"}, 20001),
        ({"StatusCallbackEvent": "hungup"}, 20001),
        ({"ValidityPeriod": "300"}, 20001),
        ({"Url": "http://127.0.0.1:9/a", "Twiml": "<Response>" + " " * 4000}, 20001),
    ],
)
async def test_calls_twilio_refuses_the_simulator_refuses(
    api: Api, simulator: Simulator, number: str, change: dict[str, str], code: int
) -> None:
    form = {"To": number, "From": simulator.number, **CALL} | change
    status, body = await api.call("POST", "/Calls.json", form)
    assert (status, body["code"]) == (400, code)
    assert simulator.simulation.exchange.calls_of(number) == []


@pytest.mark.parametrize(
    "login", ["", "Basic", "Basic !!!", "Basic QUM6eA==", "Bearer x", "Basic " + "A" * 5000]
)
async def test_nobody_else_gets_in(api: Api, login: str) -> None:
    status, body = await api.call("GET", "/Messages.json", Authorization=login)
    assert (status, body["code"]) == (401, 20003)


async def test_what_is_not_there_is_said_in_twilios_way(api: Api) -> None:
    for path in (f"/Messages/SM{'0' * 32}.json", "/Faxes.json"):
        status, body = await api.call("GET", path)
        assert (status, body["code"]) == (404, 20404)


async def test_texts_are_listed_by_day_sent(api: Api, simulator: Simulator, number: str) -> None:
    await api.call(
        "POST", "/Messages.json", {"To": number, "From": simulator.number, "Body": "hello"}
    )
    simulator.phone(number).gets_sms("hello")
    today = simulator.simulation.timers.now().date()
    to = f"/Messages.json?To=%2B{number[1:]}"
    for query, count in [
        (f"DateSent={today}", 1),
        (f"DateSent%3E={today}", 1),
        (f"DateSent%3C={today}", 1),
        (f"DateSent={today - timedelta(days=1)}", 0),
        (f"DateSent%3E={today + timedelta(days=1)}", 0),
        (f"DateSent%3C={today - timedelta(days=1)}", 0),
        (f"DateSent%3E={today}T00:00:00Z", 1),
    ]:
        _, page = await api.call("GET", f"{to}&{query}")
        assert len(page["messages"]) == count, query
