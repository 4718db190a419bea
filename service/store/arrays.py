"""The array types our queries speak of, told to asyncpg instead of asked for.

Of arrays it knows the commonest alone, and looks up every other one in the catalogue, on every new
connection: with each that is a question the server has to plan for longer than it takes to open a
case. PostgreSQL gives the types of its own fixed numbers (`pg_type.dat`), so there is nothing to
find out.
"""

from __future__ import annotations

from collections.abc import Mapping

ARRAYS = {
    "bool": (16, 1000),
    "bytea": (17, 1001),
    "int8": (20, 1016),
    "int2": (21, 1005),
    "int4": (23, 1007),
    "json": (114, 199),
    "timestamptz": (1184, 1185),
    "uuid": (2950, 2951),
}
"""By the name of its elements' type: the numbers of that type and of the array."""


def _described(name: str, element: int, array: int) -> Mapping[str, object]:
    """As asyncpg's own question to the catalogue answers it."""
    return {
        "oid": array,
        "ns": "pg_catalog",
        "name": f"_{name}",
        "kind": b"b",
        "basetype": None,
        "elemtype": element,
        "elemtype_name": name,
        "elemdelim": b",",
        "range_subtype": None,
        "attrtypoids": None,
        "attrnames": None,
    }


DESCRIBED = [_described(name, *numbers) for name, numbers in ARRAYS.items()]
