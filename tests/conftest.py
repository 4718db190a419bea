"""How the tests are run."""

import gc
import os
from importlib import import_module
from pathlib import Path

import pytest

from service.tuning import calm
from tests import tables

PURE = "tests/routing"
"""What is there asks for no server, and is run without loading what one needs."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--each", action="store_true", help="every row of a table is a test by itself")


def pure(config: pytest.Config) -> bool:
    return all(arg.startswith(PURE) for arg in config.args)


def pytest_configure(config: pytest.Config) -> None:
    gc.disable()  # what is loaded and collected stays: looking for garbage in it is a tenth of it
    if config.getoption("dist") == "no" or config.option.collectonly:
        prepare(config)


def prepare(config: pytest.Config) -> None:
    """For a process that runs tests itself, and not by others."""
    from hypothesis import HealthCheck, settings  # noqa: PLC0415 - takes longer than pytest itself

    # On a machine that has much to do anything may take long, and nothing is wrong.
    settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("house")
    if not pure(config):
        config.pluginmanager.register(import_module("tests.servers"))


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(
    collector: pytest.Module | pytest.Class, name: str, obj: object
) -> pytest.Function | None:
    """A table is one test."""
    return tables.whole(collector, name, obj) if name.startswith("test_") else None


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()
    calm()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than there are cores, since many tests wait; a few files are not worth a start."""
    if not all(Path(arg).is_dir() for arg in config.args):
        return 0
    return (os.cpu_count() or 1) + (not pure(config))
