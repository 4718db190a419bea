"""The long tail: what apprise takes, hangs on, does not know, and is not there for."""

import logging
import sys
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from notifiers.long_tail import LongTail
from notifiers.notifier import Accepted, Fault, Message, Refused, Unclear
from tests.notifiers.products import Product, product

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of apprise's own imports
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


def page(to: str = "anna") -> Message:
    return Message(
        key="ACME-7/1/anna/app/1",
        channel="apprise",
        to=to,
        text="SEV1 Acme Corp: Login fails. Reply due 14:05 UTC.",
        subject="SEV1 Acme Corp",
        links={"acknowledge": "https://pager.example/a/x"},
        since=NOW,
    )


@pytest.fixture
async def it() -> AsyncIterator[Product]:
    """A service that apprise posts JSON to; it takes whatever it gets."""
    async with product("webhook") as made:
        made.answer = (200, b"", {})
        yield made


async def outcome_of(config: str, to: str = "anna", seconds: float = 20) -> object:
    notifier = LongTail(config, timedelta(seconds=seconds))
    outcome = await notifier.send(page(to))
    assert await notifier.find(page(to)) is None
    assert await notifier.cancel("x") is None
    await notifier.close()
    return outcome


async def test_every_service_of_the_tag_is_told_and_one_will_do(it: Product) -> None:
    config = f"anna = json://127.0.0.1:{it.port}/one\nanna = json://127.0.0.1:9/two\n"
    assert isinstance(await outcome_of(config), Accepted)
    assert it.asked == 1
    assert isinstance(await outcome_of(config.replace("anna =", "ben =")), Refused)
    assert it.asked == 1


async def test_what_no_service_has_taken_may_be_tried_again(it: Product) -> None:
    it.refuses(500)
    assert isinstance(await outcome_of(f"anna = json://127.0.0.1:{it.port}"), Unclear)


@pytest.mark.parametrize("tag", ["ben", "all", "anna,ben", "anna ben", "", "json://127.0.0.1:9"])
async def test_an_address_is_a_tag_and_nothing_else(it: Product, tag: str) -> None:
    outcome = await outcome_of(f"anna = json://127.0.0.1:{it.port}", tag)
    assert isinstance(outcome, Refused)
    assert outcome.fault is Fault.CONFIGURATION
    assert it.asked == 0


async def test_nothing_is_included_from_elsewhere(it: Product, tmp_path: Path) -> None:
    (tmp_path / "more.cfg").write_text(f"anna = json://127.0.0.1:{it.port}\n")
    for place in (tmp_path / "more.cfg", f"http://127.0.0.1:{it.port}/more"):
        assert isinstance(await outcome_of(f"include {place}\n"), Refused)
    assert it.asked == 0


async def test_one_that_hangs_is_unclear_and_keeps_only_itself_waiting(it: Product) -> None:
    it.answer, it.silent = None, True
    notifier = LongTail(f"anna = json://127.0.0.1:{it.port}", timedelta(seconds=0.1))
    before = threading.active_count()
    outcomes = [await notifier.send(page()) for _ in range(5)]
    await notifier.close()
    assert threading.active_count() - before <= 4
    assert isinstance(outcomes[0], Unclear)
    assert isinstance(outcomes[4], Refused), "no thread was free, so it has not left"
    assert outcomes[4].fault is Fault.TRANSIENT


async def test_without_apprise_it_says_how_to_install_it(
    it: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    outcome = await outcome_of(f"anna = json://127.0.0.1:{it.port}")
    assert isinstance(outcome, Refused)
    assert outcome.fault is Fault.CONFIGURATION
    assert "pip install 'heliograph[apprise]'" in outcome.reason
    assert it.asked == 0


async def test_the_log_names_no_address(it: Product, caplog: pytest.LogCaptureFixture) -> None:
    it.refuses(500)
    with caplog.at_level(logging.DEBUG):
        await outcome_of(f"anna = json://user:secret-key@127.0.0.1:{it.port}/secret-path")
    assert "secret" not in caplog.text
