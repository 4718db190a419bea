"""Two phones on one page: a customer rings the hotline, and whoever is on call answers."""

from playwright.sync_api import Locator, Page, expect, sync_playwright

from tests.chromium import PATIENCE, chromium
from tests.stories.conftest import Build
from tests.stories.hotline import HOW
from tests.stories.hotline_papers import ADA, CARL
from tests.stories.world import World


def phone(page: Page, number: str) -> Locator:
    return page.locator(f"#p{number[1:]}")


def press(page: Page, number: str, name: str) -> None:
    phone(page, number).get_by_role("button", name=name, exact=True).click()


def heard(page: Page, number: str, words: str) -> None:
    line = phone(page, number).locator(".heard", has_text=words)
    expect(line.first).to_be_visible()


def test_both_ends_of_the_hotline_are_on_the_screen(build: Build) -> None:
    path = chromium()
    world: World = build(**HOW)
    for number in (ADA, CARL):
        world.twilio.simulation.exchange.phone(number)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page(reduced_motion="reduce")
        page.set_default_timeout(PATIENCE)
        page.goto(f"{world.twilio.url}/simulator")
        press(page, ADA, "Call us")
        heard(page, ADA, "press 1")
        press(page, ADA, "1")
        heard(page, ADA, "Your case number is")
        heard(page, ADA, "♪ hold.wav")
        press(page, CARL, "Answer")
        heard(page, CARL, "Press 1")
        press(page, CARL, "1")
        for number in (ADA, CARL):
            heard(page, number, "in the conference")
        expect(phone(page, ADA).get_by_role("button", name="Call us")).to_have_count(0)
        heard(page, CARL, "another joins")
        phone(page, ADA).get_by_placeholder("Text message").fill("Everything is down")
        press(page, ADA, "Say it")
        heard(page, CARL, "Everything is down")
        press(page, ADA, "Hang up")
        expect(phone(page, CARL).locator(".call .state")).to_have_text("completed")
        browser.close()
    world.phone_of(ADA).gets_sms("is open")
    world.phone_of(ADA).gets_sms("is ticket")
    world.phone_of(CARL).rings()
