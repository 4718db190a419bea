"""The console and the own page in a real browser."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.chromium import PATIENCE, chromium, complaints
from tests.service.web.test_console import HOSTILE
from tests.service.web.test_own_page import link_of, rows
from tests.service.web.world import ADMIN, World

PHONE = {"width": 390, "height": 844}
LOOK = "document.dispatchEvent(new Event('visibilitychange'))"
"""Makes the page look again now, and not in five seconds."""
AUDIT = """() => {
  const found = [];
  const channel = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const colour = (text) => text.match(/[\\d.]+/g).map(Number);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = colour(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0.99) return c;
    }
    return [255, 255, 255];
  };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !e.checkVisibility() || e.closest(".unseen")) continue;
    const both = [light(colour(getComputedStyle(e).color)), light(behind(e))];
    const ratio = (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
    if (ratio < 4.5) found.push(`${ratio.toFixed(2)} ${walk.currentNode.data.trim()}`);
  }
  for (const e of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (!e.labels.length && !e.ariaLabel && !e.ariaHidden) found.push(`no label: ${e.name}`);
  }
  for (const e of document.querySelectorAll("button, summary, .button, nav a")) {
    const box = e.getBoundingClientRect();
    if (e.checkVisibility() && box.height && box.height < 24) found.push(`small: ${e.textContent}`);
  }
  if (document.querySelectorAll("main, h1").length !== 2) found.push("not one main and one h1");
  return found;
}"""
"""Contrast of every text (WCAG 2.2, 1.4.3), a name for every field, targets to hit, landmarks."""


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    path = chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        await browser.close()


@asynccontextmanager
async def opened(browser: Browser, world: World, path: str, **options: Any) -> AsyncIterator[Page]:
    """A page which must not complain in its console while a test looks at it."""
    context = await browser.new_context(base_url=str(world.http.base_url), **options)
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    said = complaints(page)
    try:
        await page.goto(path)
        yield page
    finally:
        await context.close()  # or the server waits for it
    assert said == []


async def sign_in(page: Page, token: str) -> None:
    await page.get_by_label("API token").fill(token)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.locator(".said")).to_contain_text("signed in")


async def test_the_console_lives_without_a_reload_and_acts(browser: Browser, world: World) -> None:
    token = (await world.token("responder", "anna"))["authorization"].removeprefix("Bearer ")
    async with opened(browser, world, "/") as page:
        await sign_in(page, token)
        await expect(page.locator("#sky h1")).to_contain_text("EMEA has the sun for")
        await expect(page.locator("#burning")).to_contain_text("Nothing is burning")
        await page.evaluate("window.mark = 'not reloaded'")
        case = await world.ticket(subject=HOSTILE, priority="urgent")
        await page.evaluate(LOOK)
        row = page.locator(".case")
        await expect(row).to_contain_text("<script>alert(1)</script>")
        await expect(row).to_contain_text("paging Anna Lind")
        await expect(row.locator(".due")).to_contain_text("Reply in")
        assert await page.evaluate("window.mark") == "not reloaded"
        await row.click()
        await expect(page.locator("#why")).to_contain_text("everything")
        note = page.get_by_label("Note, here and inside the ticket")
        await page.get_by_text("More", exact=True).click()
        await note.fill("half a sen")
        await page.evaluate(LOOK)
        await expect(page.locator("#link")).to_have_text("live")
        assert await note.input_value() == "half a sen"
        await page.get_by_role("button", name="Take it").click()
        await expect(page.locator(".said")).to_contain_text("You have")
        await expect(page.locator("#case")).to_contain_text("Anna Lind has it")
        await expect(page.locator("#timeline li").first).to_contain_text("by the console")
    assert (await rows(world, "select owner from cases where id = $1", case))[0]["owner"] == "anna"


async def test_a_lost_server_and_an_ended_session_are_said(browser: Browser, world: World) -> None:
    token = (await world.token("viewer"))["authorization"].removeprefix("Bearer ")
    async with opened(browser, world, "/") as page:
        await sign_in(page, token)
        await page.route("**/*", lambda route: route.abort())
        await page.evaluate(LOOK)
        await expect(page.locator("#link")).to_have_text("no answer, trying again")
        await page.unroute("**/*")
        await page.evaluate(LOOK)
        await expect(page.locator("#link")).to_have_text("live")
        await page.goto("/cases/none")
        await expect(page.locator("h1")).to_have_text("Not Found")
        await page.goto("/")
        await rows(world, "delete from sessions")
        await page.goto("/cases/none")
        await expect(page.get_by_label("API token")).to_be_visible()


async def test_a_person_on_a_phone_answers_asks_and_is_asked(
    browser: Browser, world: World
) -> None:
    await world.ticket(subject="Nobody can log in", priority="urgent")
    async with (
        opened(browser, world, link_of(world, "anna"), viewport=PHONE) as anna,
        opened(browser, world, link_of(world, "ben", verb="swaps"), viewport=PHONE) as ben,
    ):
        await expect(anna).to_have_url(re.compile("/me$"))
        await expect(ben).to_have_url(re.compile("/me#swaps$"))
        await expect(anna.locator("h1")).to_contain_text("You are on call support until Mon 9 Mar")
        await anna.get_by_role("button", name="I have it").click()
        await expect(anna.locator(".said")).to_contain_text("You have")
        await anna.locator("#shifts").get_by_role("button").first.click()
        await anna.get_by_label("Colleague").select_option("Ben Okafor")
        await anna.get_by_role("button", name="Go on").click()
        await expect(anna.get_by_label("From")).to_have_value("2026-03-02T11:15")
        await anna.get_by_label("From").fill("2026-03-04T12:00")
        await anna.get_by_label("Until").fill("2026-03-04T20:00")
        await anna.get_by_role("button", name="Ask", exact=True).click()
        await expect(anna.locator("#swaps")).to_contain_text("You ask Ben Okafor to take support")
        await ben.evaluate(LOOK)
        await ben.reload()
        await ben.get_by_role("button", name="I take it").click()
        await expect(ben.locator("#swaps")).to_contain_text("Accepted")
        await anna.evaluate(LOOK)
        await expect(anna.locator("#swaps")).to_contain_text("Accepted")
        await expect(anna.locator("#shifts")).to_contain_text("Wed 4 Mar 12:00")


async def test_everything_works_without_a_script(browser: Browser, world: World) -> None:
    case = await world.ticket(subject="Nobody can log in", priority="urgent")
    async with opened(browser, world, "/", java_script_enabled=False) as page:
        await sign_in(page, ADMIN)
        await page.locator(".case").click()
        await page.get_by_role("button", name="Take it").click()
        await expect(page.locator(".said")).to_contain_text("You have")
        await page.goto(link_of(world, "anna"))
        await expect(page.locator("h1")).to_contain_text("You are on call")
        await page.get_by_role("button", name="Send a test page to myself").click()
        await expect(page.locator("#trials li")).to_have_count(2)
    assert (await rows(world, "select owner from cases where id = $1", case))[0]["owner"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_can_be_read_and_hit_and_nothing_sticks_out(
    browser: Browser, world: World, scheme: Any
) -> None:
    case = await world.ticket(subject="x" * 300 + HOSTILE, priority="urgent")
    await world.ticket(subject="Late", priority="high")
    await world.ticket(subject="For engineering", priority="urgent")
    await world.act("ACME-3", "engineering", {"reason": "needs a patch"})
    await world.webhook("authentic, and no JSON")
    world.clock.forward(hours=2)
    ask = "/me/ask?schedule=support&start=2026-03-03T10:00Z&end=2026-03-03T12:00Z&asked=ben"
    async with opened(browser, world, "/", color_scheme=scheme, viewport=PHONE) as page:
        assert await page.evaluate(AUDIT) == []
        await sign_in(page, ADMIN)
        for path in ("/", f"/cases/{case}", link_of(world, "anna"), ask):
            await page.goto(path)
            await page.wait_for_url(re.compile(r"/(me(\?.*|/ask.*)?|cases/.*)?$"))
            await page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            assert (path, await page.evaluate(AUDIT)) == (path, [])
            for width in (320, 390, 768, 1440):
                await page.set_viewport_size({"width": width, "height": 844})
                across = await page.evaluate("document.documentElement.scrollWidth")
                assert (path, across) == (path, width)


async def test_the_audit_sees_what_cannot_be_read(browser: Browser) -> None:
    page = await browser.new_page()
    await page.set_content("<main><h1>a</h1><p style='color:#999'>pale</p><input name=q></main>")
    assert [line.split()[0] for line in await page.evaluate(AUDIT)] == ["2.85", "no"]
    await page.close()
