"""The rules of the house, so that nobody has to remember them."""

import ast
import re
import statistics
import sys

import pytest

from service.store.pool import Pool
from service.store.sql import Query, all_queries
from tests.house import (
    PACKAGES,
    ROOT,
    Module,
    branches,
    circle,
    graph,
    length,
    modules,
    sql_without_comments,
    strings,
)
from tools.docs import PAGE, reference

OUTSIDE_WORLD = {
    "asyncio",
    "concurrent",
    "ctypes",
    "glob",
    "http",
    "io",
    "logging",
    "multiprocessing",
    "os",
    "pathlib",
    "random",
    "secrets",
    "select",
    "shutil",
    "signal",
    "socket",
    "ssl",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "urllib",
    "uuid",
}
"""What the domain may not import of the standard library: IO, clocks, chance."""
CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("time", "monotonic"),
    ("time", "monotonic_ns"),
    ("time", "perf_counter"),
    ("time", "localtime"),
    ("time", "gmtime"),
}
MAY_READ_A_CLOCK = {
    "service/clock.py": "the clock that everything else is handed",
    "notifiers/simulator/clock.py": "the simulator stands for somebody else's machine",
}
SQL_CLOCK = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\("
    r"|\b(current_timestamp|current_date|current_time|localtimestamp|localtime)\b"
    r"|'now'",
    re.IGNORECASE,
)
SQL_WORD = re.compile(r"\b(select|insert|update|delete|create|alter|values)\b", re.IGNORECASE)
MAY_ASK_THE_DATABASE_THE_TIME = {
    "service/doctor/stores.py": "comparing its clock with ours is the point"
}


@pytest.mark.parametrize("lower", PACKAGES)
def test_nothing_imports_what_stands_above_it(lower: str) -> None:
    above = PACKAGES[PACKAGES.index(lower) + 1 :]
    wrong = [
        f"{module.place} imports {name}"
        for module in modules().values()
        if module.name.split(".")[0] == lower
        for name in module.imports()
        if name.split(".")[0] in above
    ]
    assert wrong == []


def test_no_import_goes_round_in_a_circle() -> None:
    assert circle() == []
    assert sum(map(len, graph().values())) > 0


def test_the_domain_imports_values_alone() -> None:
    allowed = (sys.stdlib_module_names - OUTSIDE_WORLD) | {"routing", "holidays"}
    wrong = [
        f"{module.place} imports {name}"
        for module in modules().values()
        if module.name.split(".")[0] == "routing"
        for name in module.imports()
        if name.split(".")[0] not in allowed
    ]
    assert wrong == []


def clock_reads(module: Module) -> list[str]:
    return [
        f"{module.place}:{node.lineno}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name | ast.Attribute)
        and (getattr(node.value, "id", None) or getattr(node.value, "attr", ""), node.attr)
        in CLOCKS
    ] + [
        f"{module.place}:{node.lineno}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom)
        and node.module == "time"
        and any(("time", alias.name) in CLOCKS for alias in node.names)
    ]


def test_one_file_reads_a_clock() -> None:
    reading = {module.place: clock_reads(module) for module in modules().values()}
    for place in MAY_READ_A_CLOCK:
        assert reading.pop(place), f"{place} reads none any more"
    assert [place for places in reading.values() for place in places] == []


def test_no_query_asks_the_database_for_the_time() -> None:
    files = [*ROOT.glob("migrations/*.sql"), *ROOT.glob("service/**/*.sql")]
    wrong = [
        f"{file.relative_to(ROOT)}: {found[0]}"
        for file in files
        for found in SQL_CLOCK.finditer(sql_without_comments(file.read_text()))
    ]
    wrong += [
        f"{module.place}:{node.lineno}"
        for module in modules().values()
        if module.place not in MAY_ASK_THE_DATABASE_THE_TIME
        for node in strings(module)
        if SQL_WORD.search(str(node.value)) and SQL_CLOCK.search(str(node.value))
    ]
    assert wrong == []
    assert files


async def test_every_query_prepares_against_the_migrated_schema(pool: Pool) -> None:
    async with pool.acquire() as connection:

        async def problem(query: Query) -> str:
            try:
                await connection.prepare(query.text)
            except Exception as error:  # noqa: BLE001 -- all of them are told at once
                return f"{query.file} ({query.name}): {error}"
            return ""

        problems = [await problem(query) for query in all_queries().values()]
    assert [each for each in problems if each] == []
    assert problems


def test_every_query_is_asked_somewhere() -> None:
    code = "\n".join(module.text for module in modules().values())
    assert [name for name in all_queries() if f'"{name}"' not in code] == []


def test_no_file_and_no_function_grows_beyond_a_glance() -> None:
    long_files = [
        module.place for module in modules().values() if len(module.text.splitlines()) > 320
    ]
    functions = [
        (module, function) for module in modules().values() for function in module.functions()
    ]
    wrong = [
        f"{module.place}:{function.lineno} {function.name}: {length(function)} lines, "
        f"{branches(function)} branches"
        for module, function in functions
        if length(function) > 60 or branches(function) > 10
    ]
    assert long_files == []
    assert wrong == []
    assert statistics.median(length(function) for _, function in functions) <= 9


def test_the_locks_pin_everything_with_hashes_and_name_no_host() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "tools/uv.lock"):
        lock = (ROOT / name).read_text()
        packages = re.findall(r"^[a-z0-9][^ \n]*==\S+", lock, re.MULTILINE)
        entries = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)[1:]
        assert len(entries) == len(packages) > 0
        assert all("--hash=sha256:" in entry for entry in entries)
        assert not re.search(r"https?://|file:|--(index|extra|find|trusted)|^/", lock, re.MULTILINE)


def test_the_reference_is_what_the_code_says() -> None:
    assert reference() == PAGE.read_text(), "Run make docs."


def test_what_is_shipped_is_there() -> None:
    for name in (
        "Dockerfile",
        ".dockerignore",
        "compose.yaml",
        "helm/Chart.yaml",
        "helm/values.schema.json",
        ".ci/run",
        "CHANGELOG.md",
        "README.md",
        "Makefile",
    ):
        assert (ROOT / name).is_file(), name
