"""The settings the service reads are the ones the ticket systems ask for."""

from __future__ import annotations

import pytest

from routing.language.routes import TICKETS
from service.settings import (
    SOURCES,
    WRITE_BACK,
    WRITE_BACK_MAY,
    SettingsError,
    read_settings,
    variable,
)
from service.tickets.systems import SYSTEMS, creating
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
    may = {name: "{}" if name.endswith("NEW_TICKET") else "7" for name in kit.system.optional}
    given = {f"HELIOGRAPH_{name}": value for name, value in {**kit.settings, **may}.items()}
    settings = read_settings({"HELIOGRAPH_ENVIRONMENT": "test", **given})
    assert not [notice for notice in settings.notices if variable(kit.source) in notice]
    names = settings.write_back[kit.source]
    access = kit.system.access({f"{variable(kit.source)}_{n.upper()}": v for n, v in names.items()})
    assert access is not None
    assert set(access.options) == set(kit.system.optional)


def test_whatever_is_written_to_takes_callers_tickets_and_the_policy_may_name_it() -> None:
    able = {source for source in SYSTEMS if creating(source)}
    assert able == {kit.source for kit in WRITERS} == set(TICKETS) - {"any", "none"}


@pytest.mark.parametrize("kit", WRITERS, ids=lambda kit: kit.source)
@pytest.mark.parametrize("given", ["group: Support", "[1]", '"Support"'])
def test_what_new_tickets_say_is_an_object(kit: Kit, given: str) -> None:
    name = f"HELIOGRAPH_{variable(kit.source)}_NEW_TICKET"
    known = {f"HELIOGRAPH_{key}": value for key, value in kit.settings.items()}
    with pytest.raises(SettingsError, match=f"{name} is no JSON object"):
        read_settings({"HELIOGRAPH_ENVIRONMENT": "test", **known, name: given})
