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
    name, _, subdivision = country.partition("-")
    years = (year - 1, year, year + 1)
    try:
        found = country_holidays(name, subdiv=subdivision or None, years=years, observed=observed)
    except NotImplementedError as error:
        raise ValueError(
            f"No public holidays are known for {country!r}: "
            "use an ISO 3166 code such as 'US' or 'DE-BY', or list the dates."
        ) from error
    return frozenset(day for day in found if day.year == year)
