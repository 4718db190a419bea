"""The settings the service reads are the ones the ticket systems ask for."""

from __future__ import annotations

import pytest

from service.settings import SOURCES, WRITE_BACK, WRITE_BACK_MAY, read_settings, variable
from service.tickets.systems import SYSTEMS
from tests.service.tickets.kits import WRITERS, Kit


def test_the_same_systems_and_the_same_names() -> None:
    asked = {source: system.settings for source, system in SYSTEMS.items() if system.settings}
    read = {s: tuple(f"{variable(s)}_{n}" for n in names) for s, names in WRITE_BACK.items()}
    assert asked == read
    may = {source: system.optional for source, system in SYSTEMS.items() if system.optional}
    also = {s: tuple(f"{variable(s)}_{n}" for n in names) for s, names in WRITE_BACK_MAY.items()}
    assert may == also
    assert set(SYSTEMS) | {"pagerduty"} == set(SOURCES)


@pytest.mark.parametrize("kit", WRITERS, ids=lambda kit: kit.source)
def test_what_is_set_reaches_the_system(kit: Kit) -> None:
    may = dict.fromkeys(kit.system.optional, "7")
    given = {f"HELIOGRAPH_{name}": value for name, value in {**kit.settings, **may}.items()}
    settings = read_settings({"HELIOGRAPH_ENVIRONMENT": "test", **given})
    assert not [notice for notice in settings.notices if variable(kit.source) in notice]
    names = settings.write_back[kit.source]
    access = kit.system.access({f"{variable(kit.source)}_{n.upper()}": v for n, v in names.items()})
    assert access is not None
    assert set(access.options) == set(kit.system.optional)
