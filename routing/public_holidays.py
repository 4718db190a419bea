"""The public holidays of countries, each in the year it is kept in."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from holidays import country_holidays


@lru_cache(maxsize=1024)
def public_holidays(country: str, year: int, *, observed: bool = True) -> frozenset[date]:
    """The public holidays of an ISO 3166 country or subdivision ("US", "DE-BY") in one year.

    With `observed`, the substitute days too, also those that another year's holiday casts into
    this one (New Year's Day 2028 is kept on 2027-12-31). Raises ValueError for an unknown country.
    """
    found = (_listed(country, near, observed) for near in (year - 1, year, year + 1))
    return frozenset(day for days in found for day in days if day.year == year)


@lru_cache(maxsize=1024)
def _listed(country: str, year: int, observed: bool) -> frozenset[date]:
    """The days that a year's holidays are kept on, whichever year those fall in."""
    name, _, subdivision = country.partition("-")
    try:
        return frozenset(country_holidays(name, subdivision or None, year, observed=observed))
    except NotImplementedError as error:
        raise ValueError(
            f"No public holidays are known for {country!r}: "
            "use an ISO 3166 code such as 'US' or 'DE-BY', or list the dates."
        ) from error
