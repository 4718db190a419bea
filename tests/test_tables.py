"""A table of rows is one test, in which no row is lost."""

import inspect

import pytest

from routing.policy import Plan
from tests import tables

seen: list[tuple[int, str]] = []


@pytest.mark.parametrize("letter", ["a", pytest.param("b", id="bee")])
@pytest.mark.parametrize("number", [1, 2, 3])
def is_even_or_a(number: int, letter: str) -> None:
    seen.append((number, letter))
    assert number % 2 == 0 or letter == "a"


@pytest.mark.parametrize(("number", "why"), [(1, "odd"), (2, "even"), (3, "odd")], ids=str)
async def is_even(number: int, why: str) -> None:
    if number == 3:
        pytest.skip("which would hide a row")
    assert why == "even"


@pytest.mark.parametrize("number", [1, 2])
def is_skipped(number: int) -> None:
    if number == 2:
        pytest.skip("and no other row fails")


@pytest.mark.parametrize(
    "row", [b"\r\xff", Plan("e10", "E10"), pytest.param(1, id="one"), "\r", len, None, 1.5]
)
def is_anything(row: object) -> None:
    assert row


@pytest.mark.parametrize("number", [])
def is_empty(number: int) -> None:
    assert number


@pytest.mark.parametrize("number", [1, 2])
def is_one(number: int, capsys: object) -> None:
    assert (number, capsys) == (1, "fixture")


@pytest.mark.parametrize("number", [pytest.param(1, marks=pytest.mark.xfail)])
def is_slow(number: int) -> None:
    assert number


def test_every_row_is_played_and_each_that_fails_is_named() -> None:
    seen.clear()
    with pytest.raises(BaseExceptionGroup) as told:
        tables.played(is_even_or_a)()
    assert seen == [(n, letter) for n in (1, 2, 3) for letter in ("a", "b")]
    assert told.value.message == "rows failed: [1-bee], [3-bee]"
    notes = [problem.__notes__ for problem in told.value.exceptions]
    assert notes == [["The row: is_even_or_a[1-bee]"], ["The row: is_even_or_a[3-bee]"]]


async def test_rows_are_awaited_and_none_is_skipped() -> None:
    with pytest.raises(BaseExceptionGroup) as told:
        await tables.played(is_even)()
    assert told.value.message == "rows failed: [1-odd], [3-odd]"


def test_a_row_that_is_skipped_fails_the_table(request: pytest.FixtureRequest) -> None:
    call = pytest.CallInfo.from_call(tables.played(is_skipped), "call")
    report = pytest.TestReport.from_item_and_call(request.node, call)
    assert report.outcome == "failed"
    assert "is_skipped[2]" in report.longreprtext


def test_rows_are_called_what_pytest_calls_them() -> None:
    """By that name a row is picked: by `-k`, or behind `::`."""
    names = [name for name, _ in tables.rows(is_anything)]
    assert names == ["\\r\\xff", "row1", "one", "\\r", "len", "None", "1.5"]


def test_a_table_without_rows_fails() -> None:
    with pytest.raises(AssertionError, match="is_empty has no row"):
        tables.played(is_empty)()


def test_what_rows_do_not_hold_is_a_fixture_still() -> None:
    playing = tables.played(is_one)
    assert list(inspect.signature(playing).parameters) == ["capsys"]
    with pytest.raises(BaseExceptionGroup, match=r"\[2\]"):
        playing(capsys="fixture")


def test_a_row_with_a_mark_is_refused() -> None:
    with pytest.raises(TypeError, match="a test of its own"):
        tables.played(is_slow)()


@pytest.mark.parametrize("number", [1, 2])
def test_rows_are_one_test_where_nobody_picks_among_them(
    number: int, request: pytest.FixtureRequest
) -> None:
    """Its fixture is made for each test, so its rows stay apart."""
    assert request.node.name.endswith(f"[{number}]")
    config = request.config
    made = tables.whole(request.node.parent, "is_even_or_a", is_even_or_a)
    picked = config.option.each or config.option.keyword or "::" in " ".join(config.args)
    assert (made is None) == bool(picked)
