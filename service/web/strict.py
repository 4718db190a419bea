"""What a body may say: nothing unknown, nothing misread.

litestar takes `"15"` for 15 and ignores what it does not know; here a body is read by its struct as
it stands, and every unknown member is refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from typing import Any, ClassVar, TypeVar

import msgspec
from litestar.dto import AbstractDTO, DTOFieldDefinition
from litestar.openapi.spec import Reference, Schema
from litestar.typing import FieldDefinition

from routing.language.problems import nearest
from service.web.problems import Problem, invalid

T = TypeVar("T")
_PLACE = re.compile(r" - at `\$\.?(.*)`$")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`")


class Strict(AbstractDTO[msgspec.Struct]):
    """Reads a body as the struct the handler names; it is documented as that struct."""

    models: ClassVar[dict[str, type[msgspec.Struct]]] = {}

    @classmethod
    def create_for_field_definition(
        cls,
        field_definition: FieldDefinition,
        handler_id: str,
        backend_cls: Any = None,  # noqa: ANN401, ARG003 - litestar's signature
    ) -> None:
        cls.models[handler_id] = next(_structs(field_definition))

    @classmethod
    def create_openapi_schema(
        cls,
        field_definition: FieldDefinition,  # noqa: ARG003 - litestar's signature
        handler_id: str,
        schema_creator: Any,  # noqa: ANN401 - litestar does not export its type
    ) -> Reference | Schema:
        wanted = FieldDefinition.from_annotation(cls.models[handler_id])
        found: Reference | Schema = schema_creator.for_field_definition(wanted)
        return found

    @classmethod
    def generate_field_definitions(
        cls, model_type: type[Any]
    ) -> Generator[DTOFieldDefinition, None, None]:
        raise NotImplementedError

    @classmethod
    def detect_nested_field(cls, field_definition: FieldDefinition) -> bool:
        raise NotImplementedError

    def decode_bytes(self, value: bytes) -> Any:  # noqa: ANN401 - whatever the handler names
        return read_json(value, self.models[self.asgi_connection.route_handler.handler_id])


def _structs(field: FieldDefinition) -> Iterator[type[msgspec.Struct]]:
    for one in (field, *field.inner_types):
        if isinstance(one.annotation, type) and issubclass(one.annotation, msgspec.Struct):
            yield one.annotation


def read_json(body: bytes, kind: type[T]) -> T:
    """`body` as `kind`. Raises Problem: 400 when it is no JSON, 422 when it is not of that kind."""
    try:
        raw = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        sentence = f"The body is no JSON ({wrong}). Nothing was changed. Correct it."
        raise Problem(400, sentence) from None
    refuse_nul(raw)
    if isinstance(raw, dict) and issubclass(kind, msgspec.Struct):
        known = [f.encode_name for f in msgspec.structs.fields(kind)]
        refuse_unknown(raw, known)
    try:
        return msgspec.convert(raw, kind, strict=True)
    except msgspec.ValidationError as wrong:
        raise _wrong(str(wrong)) from None


def refuse_unknown(members: dict[str, Any], known: list[str]) -> None:
    """Raises Problem that names every member which is not known."""
    errors = [
        {"member": name, "problem": f"is not known here; {nearest(name, known)}"}
        for name in members
        if name not in known
    ]
    if errors:
        named = "; ".join(f"{e['member'][:80]!r} {e['problem']}" for e in errors[:5])
        raise Problem(422, f"{named} Nothing was changed.", errors=errors[:100])


def refuse_nul(value: object) -> None:
    """PostgreSQL keeps no NUL in a text, and nobody means one."""
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, str):
            if "\0" in one:
                raise invalid("body", "a text in it holds the character NUL. Leave it out.")
        elif isinstance(one, dict):
            stack += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            stack += one


def _wrong(said: str) -> Problem:
    """What msgspec says, as we say it: `Expected `int`, got `str` - at `$.minutes``."""
    place = _PLACE.search(said)
    words = said[: place.start()] if place else said
    unknown = _UNKNOWN.fullmatch(words)
    if unknown:
        member = ".".join(filter(None, (place[1] if place else "", unknown[1])))
        return invalid(member, "is not known here.")
    missing = re.fullmatch(r"Object missing required field `(.*)`", words)
    if missing:
        return invalid(missing[1], "is missing.")
    return invalid(place[1] if place else "body", f"{words}.")
