"""`/schema`: the API's OpenAPI document, and a page that needs nothing from anywhere else."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from litestar import Request
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from service import VERSION
from service.web.problems import MEDIA

METHODS = ("get", "put", "post", "delete")
REFUSALS = {
    "401": "No valid token.",
    "403": "The token's role is not enough.",
    "404": "It is not there.",
    "409": "It cannot happen now; the sentence says why. Nothing was changed.",
    "413": "The body is too large.",
    "422": "A member or parameter is unknown, missing or wrong; `errors` names each.",
    "503": "PostgreSQL is away; ask again after `Retry-After` seconds.",
}
PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `detail` says what happened, what is safe and what to do.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}
BODIES: dict[tuple[str, str], tuple[tuple[str, ...], dict[str, str]]] = {
    ("post", "/api/v1/directory"): (
        ("application/yaml", "application/json"),
        {"accounts": "AccountDocument", "people": "PersonDocument"},
    ),
    ("put", "/api/v1/accounts/{account}"): (("application/json",), {"": "AccountDocument"}),
    ("put", "/api/v1/people/{person}"): (("application/json",), {"": "PersonDocument"}),
    ("put", "/api/v1/people/{person}/absences"): (("text/calendar",), {}),
    ("put", "/api/v1/policy"): (("application/yaml", "application/json"), {}),
}
"""Bodies that are documents with a reader of their own: how they travel, and what they hold."""
DESCRIPTION = (
    "Every list is a page: `items` and `next`, the cursor of the page after it or null. Instants "
    "are RFC 3339 in UTC. Members that are not known are refused by name. Every error is a problem "
    "document whose `detail` is a sentence."
)


def published(schema: dict[str, Any]) -> dict[str, Any]:
    """Litestar's document with the refusals that are really given."""
    document = deepcopy(schema)
    document.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    _describe_bodies(document)
    for operation in _operations(document):
        responses = operation["responses"]
        responses.pop("400", None)
        if not operation.get("security"):
            continue
        for status, words in REFUSALS.items():
            schema_of = {"schema": {"$ref": "#/components/schemas/Problem"}}
            responses[status] = {"description": words, "content": {MEDIA: schema_of}}
    return document


def _describe_bodies(document: dict[str, Any]) -> None:
    for (method, path), (kinds, members) in BODIES.items():
        if path not in document["paths"]:
            continue
        text = all(kind.startswith("text/") for kind in kinds)
        body: dict[str, Any] = {"type": "string" if text else "object"}
        if "" in members:
            body = _reference(document, members[""])
        elif members:
            body["properties"] = {
                name: {"type": "array", "items": _reference(document, kind)}
                for name, kind in members.items()
            }
        content = {kind: {"schema": body} for kind in kinds}
        document["paths"][path][method]["requestBody"] = {"required": True, "content": content}


def _reference(document: dict[str, Any], title: str) -> dict[str, str]:
    """To the component that litestar named after a struct."""
    names = document["components"]["schemas"]
    found = next(n for n in names if n == title or n.endswith(f"_{title}"))
    return {"$ref": f"#/components/schemas/{found}"}


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in document["paths"].values():
        yield from (item[method] for method in METHODS if method in item)


class Document(JsonRenderPlugin):
    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return self.render_json(request, published(openapi_schema))


class Page(OpenAPIRenderPlugin):
    """Plain HTML: every operation with its parameters, body, answers and roles."""

    def __init__(self) -> None:
        super().__init__(path="/")
        loader = FileSystemLoader(Path(__file__).parent / "templates")
        self.template = Environment(loader=loader, autoescape=True).get_template("schema.html")

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:  # noqa: ARG002 - litestar's signature
        document = published(openapi_schema)
        sections: dict[str, list[dict[str, Any]]] = {}
        last = "Beside the API"
        for path, item in document["paths"].items():
            for method in (m for m in METHODS if m in item):
                operation = {**item[method], "path": path, "method": method.upper()}
                sections.setdefault((operation.get("tags") or [last])[0], []).append(operation)
        page = self.template.render(
            info=document["info"],
            sections=dict(sorted(sections.items(), key=lambda section: section[0] == last)),
            schemas=document["components"]["schemas"],
            refusals=REFUSALS,
        )
        return page.encode()


def openapi() -> OpenAPIConfig:
    """For `Litestar(openapi_config=...)`."""
    token = SecurityScheme(type="http", scheme="bearer", description="An API token.")
    return OpenAPIConfig(
        title="Heliograph",
        version=VERSION,
        description=DESCRIPTION,
        use_handler_docstrings=True,
        path="/schema",
        render_plugins=[Page(), Document()],
        components=Components(security_schemes={"token": token}),
    )
