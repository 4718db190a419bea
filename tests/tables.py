"""A test that is asked of every row of a table is one test: it names each row that fails.

pytest makes a test of its own of every row. Where a row is one fact and nothing is set up for it,
that takes longer than asking it. `--each`, `-k` and the name of one test
(`tests/some.py::test_name[row]`) have every row by itself, as ever.
"""

import inspect
import itertools
from collections.abc import Callable, Iterator, Sequence
from types import FunctionType
from typing import Any, TypeGuard

import pytest

Row = tuple[str, dict[str, Any]]
"""What it is called, and what the test is handed."""
Test = Callable[..., Any]
MARK, PARAM = "parametrize", type(pytest.param())
LONGEST = 100
"""Characters of a row's name; a longer one is numbered."""
_OUTCOMES = (pytest.fail.Exception, pytest.skip.Exception)
_SHARED = {"session", "package", "module"}


def whole(collector: pytest.Collector, name: str, test: object) -> pytest.Function | None:
    """The one test of all rows; None where each row is a test by itself.

    That is: where something is set up for each, where somebody picks among them, and in a class.
    """
    options = collector.config.option
    picked = options.each or options.keyword or any("::" in arg for arg in collector.config.args)
    if picked or not isinstance(collector, pytest.Module) or not is_table(test):
        return None
    made = pytest.Function.from_parent(collector, name=name, callobj=played(test))
    found = made._fixtureinfo.name2fixturedefs
    set_up = itertools.chain.from_iterable(found.values())
    shared = all(each.scope in _SHARED and not each.params for each in set_up)
    return made if shared and set(made._fixtureinfo.argnames) <= set(found) else None


def is_table(test: object) -> TypeGuard[FunctionType]:
    """Whether it is a function with rows, which take no mark and no property of their own."""
    if not isinstance(test, FunctionType) or hasattr(test, "is_hypothesis_test"):
        return False
    marks = marks_of(test)
    plain = all(mark.name == MARK and set(mark.kwargs) <= {"ids"} for mark in marks)
    return bool(marks) and plain and set(given(test)) <= set(inspect.signature(test).parameters)


def marks_of(test: Test) -> list[pytest.Mark]:
    return getattr(test, "pytestmark", [])


def given(test: Test) -> list[str]:
    """The names of what its rows hold."""
    return [name for mark in marks_of(test) for name in names_of(mark)]


def rows(test: Test) -> Iterator[Row]:
    """Every combination, the decorator next to the function going round slowest."""
    for chosen in itertools.product(*(list(_rows(mark)) for mark in marks_of(test))):
        named = "-".join(name for name, _ in chosen)
        yield named, {key: value for _, values in chosen for key, value in values.items()}


def played(test: Test) -> Test:
    """A test of all rows. It fails after the last, with what failed and where."""

    async def play_each(**fixtures: Any) -> None:
        tally = Tally(test)
        for name, values in rows(test):
            tally.rows += 1
            try:
                await test(**values, **fixtures)
            except (Exception, *_OUTCOMES) as problem:  # noqa: BLE001 - all are told at the end
                tally.failed(name, problem)
        tally.close()

    def play(**fixtures: Any) -> None:
        tally = Tally(test)
        for name, values in rows(test):
            tally.rows += 1
            try:
                test(**values, **fixtures)
            except (Exception, *_OUTCOMES) as problem:  # noqa: BLE001 - all are told at the end
                tally.failed(name, problem)
        tally.close()

    playing: Any = play_each if inspect.iscoroutinefunction(test) else play
    signature = inspect.signature(test)
    left = [each for name, each in signature.parameters.items() if name not in given(test)]
    playing.__signature__ = signature.replace(parameters=left)
    handed: Test = playing
    return handed


class Tally:
    """What failed of a table."""

    def __init__(self, test: Test) -> None:
        self.rows = 0
        self._test = test
        self._failed: list[tuple[str, BaseException]] = []

    def failed(self, name: str, problem: BaseException) -> None:
        if isinstance(problem, pytest.skip.Exception):  # pytest skips a group that holds no other
            said = AssertionError(f"A row is not skipped among others: {problem}")
            problem = said.with_traceback(problem.__traceback__)
        problem.add_note(f"The row: {self._test.__name__}[{name}]")
        self._failed.append((name, problem))

    def close(self) -> None:
        """Raises an exception group that names each row that failed; a table has a row at least."""
        assert self.rows, f"{self._test.__name__} has no row, so it says nothing."
        if self._failed:
            names = ", ".join(f"[{name}]" for name, _ in self._failed)
            raise BaseExceptionGroup(f"rows failed: {names}", [each for _, each in self._failed])


def names_of(mark: pytest.Mark) -> Sequence[str]:
    names = mark.args[0]
    return [each.strip() for each in names.split(",")] if isinstance(names, str) else names


def _rows(mark: pytest.Mark) -> Iterator[Row]:
    names, ids = names_of(mark), mark.kwargs.get("ids")
    written = None if ids is None or callable(ids) else list(ids)
    for number, given in enumerate(mark.args[1]):
        values = _values(given, names)
        called: Any = given.id if isinstance(given, PARAM) else None
        called = called or (written[number] if written else None)
        words = (_word(*pair, number, ids) for pair in zip(names, values, strict=True))
        yield called or "-".join(words), dict(zip(names, values, strict=True))


def _values(given: Any, names: Sequence[str]) -> Sequence[Any]:
    if isinstance(given, PARAM):
        if given.marks:
            raise TypeError("A row with a mark is a test of its own.")
        values: Sequence[Any] = given.values
        return values
    return given if len(names) > 1 else [given]


def _word(name: str, value: object, number: int, ids: object) -> str:
    said = ids(value) if callable(ids) else None
    if said is None:
        plain = isinstance(value, str | int | float | None)
        said = str(value) if plain else getattr(value, "__name__", None)
        said = value.decode("latin-1") if isinstance(value, bytes) else said
    word = str(said).encode("unicode_escape").decode()
    return word if said is not None and len(word) <= LONGEST else f"{name}{number}"
