"""What a process says of its settings as it starts."""

from collections.abc import Iterator

import pytest
import structlog
from structlog.testing import capture_logs

from service.logs import announce
from service.settings import Settings, read_settings


@pytest.fixture(autouse=True)
def whatever_its_level() -> Iterator[None]:
    """A test before this one may have had its process say no more than warnings."""
    before = structlog.get_config()
    structlog.reset_defaults()
    yield
    structlog.configure(**before)


def settings_of(**values: str) -> Settings:
    given = {"ENVIRONMENT": "test", **values}
    return read_settings({f"HELIOGRAPH_{name}": value for name, value in given.items()})


def test_a_source_that_is_not_written_to_is_told_at_the_start() -> None:
    both = {"WEBHOOK_SECRET_ZOHO_DESK": "s", "WEBHOOK_SECRET_STANDARD": "whsec_" + "c2Vj" * 8}
    with capture_logs() as said:
        announce(settings_of(**both))
    needed = {"zoho-desk": "HELIOGRAPH_ZOHO_DESK_URL"}
    assert said == [{"event": "no_write_back", "needed": needed, "log_level": "info"}]


def test_a_setting_that_is_not_known_is_told_at_the_start() -> None:
    with capture_logs() as said:
        announce(settings_of(SMS_PER_SECONDS="1"))
    (line,) = said
    assert (line["log_level"], line["event"]) == ("warning", "setting_not_understood")
    assert "HELIOGRAPH_SMS_PER_SECONDS" in line["says"]
    assert "HELIOGRAPH_SMS_PER_SECOND?" in line["says"]


def test_nothing_is_said_where_all_is_set() -> None:
    with capture_logs() as said:
        announce(settings_of())
    assert said == []
