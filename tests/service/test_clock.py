from datetime import UTC, datetime, timedelta, timezone

from service.clock import FixedClock, SystemClock, monotonic


def test_service_time_is_aware_and_utc() -> None:
    assert SystemClock().now().tzinfo is UTC
    assert SystemClock().wall().tzinfo is UTC


def test_the_offset_moves_service_time_and_leaves_true_time_alone() -> None:
    clock = SystemClock()
    before = clock.wall()
    clock.offset = timedelta(hours=3)
    assert clock.now() - before >= timedelta(hours=3)
    assert clock.wall() - before < timedelta(hours=3)


def test_a_fixed_clock_stands_still_in_utc_until_advanced() -> None:
    clock = FixedClock(datetime(2026, 3, 29, 3, 30, tzinfo=timezone(timedelta(hours=2))))
    assert clock.now() == clock.wall() == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    clock.advance(timedelta(minutes=5))
    assert clock.now() == datetime(2026, 3, 29, 1, 35, tzinfo=UTC)


def test_monotonic_never_goes_back() -> None:
    assert monotonic() <= monotonic()
