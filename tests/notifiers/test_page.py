"""The phones' page in a real browser."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from notifiers.simulator.clock import RealClock
from notifiers.simulator.config import Hooks
from notifiers.simulator.exchange import new_sid
from notifiers.simulator.harness import Simulator
from notifiers.simulator.records import Call, Direction, Text
from notifiers.twilio import twiml
from tests.chromium import PATIENCE, chromium, complaints
from tests.notifiers.conftest import Receiver

ANNA, BEN = "+46700000001", "+14155550102"
HOSTILE = (
    "</p></article><script>document.title='pwned'</script>"
    "<img src=x onerror=\"document.title='pwned'\">{{ 7*7 }}\u202e\x00 'quoted' \"twice\" & more"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class World:
    """What the service would tell the page."""

    clock: RealClock = field(default_factory=RealClock)
    cases: list[Mapping[str, Any]] = field(default_factory=list)
    people: list[Mapping[str, Any]] = field(default_factory=list)
    broken: bool = False

    def begin(self) -> None:
        self.cases, self.broken = [], False
        self.people = [
            {"name": "Anna Lind", "number": ANNA},
            {"name": "Ben Okafor", "number": BEN},
        ]

    async def tell_cases(self) -> list[Mapping[str, Any]]:
        if self.broken:
            raise ConnectionError("no database")
        return self.cases

    async def tell_people(self) -> list[Mapping[str, Any]]:
        return self.people


@pytest.fixture(scope="module")
def stage() -> Iterator[tuple[World, Simulator]]:
    world = World()
    hooks = Hooks(world.tell_cases, world.tell_people, world.clock.advance)
    with Simulator(clock=world.clock, hooks=hooks, strict=False) as simulator:
        yield world, simulator


@pytest.fixture
def world(stage: tuple[World, Simulator]) -> World:
    stage[0].begin()
    return stage[0]


@pytest.fixture
def phones(world: World, stage: tuple[World, Simulator]) -> Simulator:
    """As if nothing had ever been sent."""
    assert not world.cases
    simulator = stage[1]
    simulator.connect()
    simulator.trouble(None)
    simulator.simulation.exchange.forget()
    return simulator


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """One for all tests, since the page stores nothing, and what it has complained of."""
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    yield page, complaints(page)
    context.close()


@pytest.fixture
def page(tab: tuple[Page, list[str]], phones: Simulator) -> Iterator[Page]:
    """The page, which must not complain in its console while a test looks at it."""
    page, said = tab
    said.clear()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{phones.url}/simulator")
    expect(page.locator("#link")).to_have_text("live")
    yield page
    assert page.title() == "Phones · Heliograph"
    assert said == []


def text_to(simulator: Simulator, number: str, body: str) -> None:
    async def take() -> None:
        now = simulator.simulation.timers.now()
        simulator.simulation.carrier.take(
            Text(
                sid=new_sid("SM"),
                direction=Direction.API,
                from_=simulator.number,
                to=number,
                body=body,
                status="queued",
                created=now,
                updated=now,
            ),
            None,
        )

    simulator.do(take())


def call_to(simulator: Simulator, number: str, url: str) -> None:
    async def place() -> None:
        now = simulator.simulation.timers.now()
        simulator.simulation.telephone.place(
            Call(
                sid=new_sid("CA"),
                direction=Direction.API,
                from_=simulator.number,
                to=number,
                status="queued",
                created=now,
                updated=now,
                url=url,
            )
        )

    simulator.do(place())


def phone(page: Page, number: str) -> Any:
    return page.locator(f"#p{number[1:]}")


def test_a_page_appears_and_is_answered_without_a_reload(
    page: Page, phones: Simulator, receiver: Receiver
) -> None:
    receiver.replies["/sms"] = twiml.messaging("ACK 4821: you have ACME-7")
    phones.connect(sms_url=f"{receiver.url}/sms")
    page.evaluate("window.mark = 'not reloaded'")
    anna = phone(page, ANNA)
    expect(anna).to_contain_text("No text yet")
    text_to(phones, ANNA, "SEV1 ACME-7: login fails. Reply 1 4821")
    expect(anna.locator(".theirs")).to_contain_text("SEV1 ACME-7")
    expect(anna.locator(".theirs .state")).to_have_text("delivered")
    anna.get_by_role("button", name="1 ack").click()
    expect(anna.locator(".mine")).to_contain_text("1")
    expect(anna.locator(".theirs").nth(1)).to_contain_text("ACK 4821")
    assert receiver.wait(1, From=ANNA)[0].form["Body"] == "1"
    expect(phone(page, BEN)).to_contain_text("No text yet")
    assert page.evaluate("window.mark") == "not reloaded"


def test_what_is_being_typed_stays_while_texts_arrive(
    page: Page, phones: Simulator, receiver: Receiver
) -> None:
    phones.connect(sms_url=f"{receiver.url}/sms")
    field = phone(page, ANNA).get_by_placeholder("Text message")
    field.focus()
    field.type("ACK 48")
    text_to(phones, ANNA, "another page")
    expect(phone(page, ANNA).locator(".theirs")).to_have_count(1)
    field.type("21")
    field.press("Enter")
    expect(phone(page, ANNA).locator(".mine")).to_contain_text("ACK 4821")
    assert field.input_value() == ""


def test_a_ringing_phone_is_answered_heard_and_acknowledged(
    page: Page, phones: Simulator, receiver: Receiver
) -> None:
    said = "SEV1 for Acme: <b>login</b> fails. Press 1."
    receiver.replies["/answer"] = twiml.voice(
        twiml.gather(twiml.say(said), action="/keys", digits=1, timeout=60)
    )
    receiver.replies["/keys"] = twiml.voice(twiml.say("You have ACME-7."))
    call_to(phones, ANNA, f"{receiver.url}/answer")
    anna = phone(page, ANNA)
    anna.get_by_role("button", name="Answer", exact=True).click()
    expect(anna.locator(".heard.said")).to_have_text(said)
    expect(anna.locator(".keypad")).to_have_class("keypad listening")
    anna.get_by_role("button", name="1", exact=True).click()
    expect(anna.locator(".heard.keys")).to_have_text("1")
    expect(anna.locator(".heard.said").nth(1)).to_have_text("You have ACME-7.")
    expect(anna.locator(".call .state")).to_have_text("completed")
    assert receiver.wait(1, Digits="1")[0].genuine
    expect(anna.locator(".keypad")).to_have_count(0)


def test_a_ringing_phone_is_declined(page: Page, phones: Simulator) -> None:
    call_to(phones, BEN, "http://127.0.0.1:9/answer")
    phone(page, BEN).get_by_role("button", name="Decline", exact=True).click()
    expect(phone(page, BEN).locator(".call .state")).to_have_text("busy")


def test_the_hotline_is_called_from_a_phone(
    page: Page, phones: Simulator, receiver: Receiver
) -> None:
    receiver.replies["/hotline"] = twiml.voice(
        twiml.gather(twiml.say("Your PIN, please."), action="/pin", timeout=60)
    )
    phones.connect(voice_url=f"{receiver.url}/hotline")
    text_to(phones, BEN, "look again")  # what the number is for is seen with the next change
    ben = phone(page, BEN)
    ben.get_by_role("button", name="Call us").click()
    expect(ben.locator(".heard.said")).to_have_text("Your PIN, please.")
    ben.get_by_role("button", name="Hang up").click()
    expect(ben.locator(".call .state")).to_have_text("completed")


def test_what_calls_say_is_spoken_only_when_asked(page: Page) -> None:
    button = page.locator("#speech")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_text("Sound on")
    button.click()
    expect(button).to_have_text("Sound off")


def test_hostile_words_stay_words(page: Page, phones: Simulator, world: World) -> None:
    world.people.append({"name": HOSTILE, "number": "+4799999999"})
    world.cases = [
        {
            "id": HOSTILE,
            "subject": HOSTILE,
            "account": HOSTILE,
            "severity": HOSTILE,
            "state": HOSTILE,
            "owner": HOSTILE,
            "wake_at": HOSTILE,
            "timeline": [{"at": HOSTILE, "text": HOSTILE}],
        }
    ]
    text_to(phones, ANNA, HOSTILE)
    phones.simulation.exchange.alert(world.clock(), 12200, HOSTILE, "SM1")
    expect(page.locator(".case h3")).to_contain_text("document.title='pwned'")
    expect(phone(page, ANNA).locator(".theirs")).to_contain_text("onerror")
    expect(page.locator("#p4799999999 h2")).to_contain_text("{{ 7*7 }}")
    assert page.locator("main script, main img").count() == 0
    assert page.title() == "Phones · Heliograph"


def test_an_address_in_a_text_can_be_tapped_and_nothing_else(page: Page, phones: Simulator) -> None:
    text_to(phones, ANNA, 'Your page: http://127.0.0.1:9/me/Ab-1 "> javascript:alert(1)')
    link = phone(page, ANNA).locator(".theirs a")
    expect(link).to_have_count(1)
    expect(link).to_have_attribute("href", "http://127.0.0.1:9/me/Ab-1")
    expect(link).to_have_attribute("rel", "noopener")
    expect(phone(page, ANNA).locator(".theirs p")).to_contain_text('"> javascript:alert(1)')


def test_a_fault_is_chosen_and_shown(page: Page, phones: Simulator) -> None:
    ben = phone(page, BEN)
    ben.locator("select").select_option("off")
    expect(ben.locator(".trouble")).to_have_class("trouble on")
    trouble = phones.simulation.exchange.meet_trouble(BEN, "sms")
    assert trouble is not None
    assert trouble.code == 30003
    ben.locator("select").select_option("")
    expect(ben.locator(".trouble")).to_have_class("trouble")
    assert phones.simulation.exchange.meet_trouble(BEN, "sms") is None
    page.locator("#twilio select").select_option("error")
    expect(page.locator("#twilio .trouble")).to_have_class("trouble on")
    assert phones.simulation.exchange.meet_trouble(BEN, "voice") is not None


def test_the_clock_is_moved(page: Page, phones: Simulator, world: World) -> None:
    before = phones.simulation.timers.now()
    page.get_by_role("button", name="+1 h").click()
    page.get_by_role("button", name="+5 min").click()
    expect(page.get_by_role("button", name="+5 min")).to_be_enabled()
    assert world.clock() - before >= timedelta(minutes=65)
    text_to(phones, ANNA, "an hour later")
    hour = f"{world.clock():%H:}"
    expect(page.locator("#clock")).to_contain_text(hour)


def test_a_case_and_its_timeline_appear_by_themselves(page: Page, world: World) -> None:
    expect(page.locator("#cases")).to_contain_text("No case is open")
    wake = world.clock() + timedelta(minutes=4, seconds=30)
    case = {"id": "ACME-7", "subject": "Login fails", "severity": "SEV1", "state": "paging"}
    world.cases = [{**case, "wake_at": wake, "timeline": [{"at": world.clock(), "text": "Opened"}]}]
    expect(page.locator(".case")).to_contain_text("Login fails")
    expect(page.locator(".case")).to_contain_text("in 4 min")
    expect(page.locator(".timeline")).to_contain_text("Opened")
    world.cases = [{**case, "state": "acknowledged", "owner": "Anna Lind"}]
    expect(page.locator(".case")).to_contain_text("held by Anna Lind")
    assert page.locator(".state-acknowledged").count() == 1
    world.broken = True
    expect(page.locator(".complaint")).to_contain_text("does not answer")
    expect(phone(page, ANNA)).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(320, 640), (390, 844), (768, 1024), (1440, 900)])
def test_nothing_sticks_out_at_any_width(
    page: Page, phones: Simulator, width: int, height: int
) -> None:
    text_to(phones, ANNA, "x" * 400 + " " + HOSTILE)
    page.set_viewport_size({"width": width, "height": height})
    expect(phone(page, ANNA).locator(".theirs")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = phone(page, ANNA).get_by_placeholder("Text message").bounding_box()
    assert box is not None
    assert box["width"] > 90


def test_a_lost_simulator_is_said(browser: Browser) -> None:
    context = browser.new_context()
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    with Simulator(strict=False) as simulator:
        text_to(simulator, ANNA, "hello")
        page.goto(f"{simulator.url}/simulator")
        expect(page.locator("#link")).to_have_text("live")
    expect(page.locator("#link")).to_have_text("reconnecting")
    phone(page, ANNA).get_by_role("button", name="1 ack").click()
    expect(page.locator("#notice")).to_contain_text("does not answer")
    context.close()


def ask(simulator: Simulator, method: str, path: str, body: bytes, kind: str) -> int:
    url = f"{simulator.url}/simulator/api/{path}"
    request = Request(url, body, {"Content-Type": kind}, method=method)  # noqa: S310 - loopback
    try:
        with urlopen(request) as answer:  # noqa: S310 - loopback
            return int(answer.status)
    except HTTPError as problem:
        with problem:
            return problem.code


@pytest.mark.parametrize(
    ("method", "path", "body", "kind", "status"),
    [
        ("POST", f"phones/{ANNA}/texts", {"text": "1"}, "application/json", 201),
        ("POST", f"phones/{ANNA}/texts", {"text": "1"}, "text/plain", 415),
        ("POST", f"phones/{ANNA}/texts", {"text": 1}, "application/json", 400),
        ("POST", f"phones/{ANNA}/texts", {"text": "1", "more": 1}, "application/json", 400),
        ("POST", "phones/anna/texts", {"text": "1"}, "application/json", 422),
        ("PUT", f"phones/{ANNA}/trouble", {"name": "landline"}, "application/json", 200),
        ("PUT", f"phones/{ANNA}/trouble", {"name": "plague"}, "application/json", 422),
        ("PUT", f"phones/{ANNA}/trouble", {}, "application/json", 422),
        ("PUT", "trouble", {"ailment": "refuse", "code": 20429}, "application/json", 200),
        ("POST", "clock", {"seconds": 60}, "application/json", 404),
        ("POST", f"calls/CA{'0' * 32}/answer", {}, "application/json", 409),
        ("POST", f"calls/CA{'0' * 32}/digits", {"digits": "1"}, "application/json", 409),
        ("POST", f"calls/CA{'0' * 32}/digits", {"digits": "one"}, "application/json", 422),
        ("POST", f"phones/{ANNA}/calls", {}, "application/json", 201),
    ],
)
def test_the_control_api_takes_json_alone_and_knows_its_words(
    simulator: Simulator, method: str, path: str, body: object, kind: str, status: int
) -> None:
    assert ask(simulator, method, path, json.dumps(body).encode(), kind) == status
    simulator.trouble(None)
    simulator.phone(ANNA).has(None)


def test_an_open_page_does_not_keep_a_server_from_ending() -> None:
    with (
        Simulator(strict=False) as simulator,
        urlopen(f"{simulator.url}/simulator/events") as stream,  # noqa: S310 - loopback
    ):
        assert stream.readline() == b"event: changed\r\n"
        simulator.simulation.hush()
        assert b"event" not in stream.read()  # it ends by itself


def test_programs_begin_anew(phones: Simulator) -> None:
    text_to(phones, ANNA, "an old page")
    phones.phone(ANNA).gets_sms("an old page")
    assert ask(phones, "POST", "forget", b"{}", "application/json") == 204
    with urlopen(f"{phones.url}/simulator/api/state") as answer:  # noqa: S310 - loopback
        assert json.load(answer)["phones"] == []


def test_programs_read_the_state(simulator: Simulator, number: str) -> None:
    text_to(simulator, number, HOSTILE)
    simulator.phone(number).gets_sms("pwned")
    with urlopen(f"{simulator.url}/simulator/api/state") as answer:  # noqa: S310 - loopback
        state = json.load(answer)
    (shown,) = [phone for phone in state["phones"] if phone["number"] == number]
    assert shown["texts"][0]["body"] == HOSTILE
    assert shown["texts"][0]["status"] == "delivered"


@pytest.mark.parametrize("path", ["", "/board", "/static/phones.js"])
def test_no_foreign_script_may_run(simulator: Simulator, path: str) -> None:
    with urlopen(f"{simulator.url}/simulator{path}") as answer:  # noqa: S310 - loopback
        policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
