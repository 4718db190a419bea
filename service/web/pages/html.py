"""HTML as it leaves us: everything escaped in one place, and no script but our own file's.

The policy lets nothing in from elsewhere, so what a customer writes can show and do nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response, get
from litestar.datastructures import Cookie
from litestar.params import FromPath

from service import times
from service.web.problems import Problem

HERE = Path(__file__).parent
STATIC = {
    "pages.css": "text/css",
    "pages.js": "text/javascript",
    "sun.svg": "image/svg+xml",
}
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": with it browsers hide from us where a form was sent from.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
LONG = "public, max-age=31536000, immutable"
"""The address of a file changes with its content."""


@cache
def asset(name: str) -> str:
    """The address of a file of ours."""
    digest = hashlib.sha256((HERE / "static" / name).read_bytes()).hexdigest()[:12]
    return f"/assets/{digest}/{name}"


ENVIRONMENT = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.globals.update(asset=asset)
ENVIRONMENT.filters.update(times.FILTERS)


def page(
    template: str,
    facts: Mapping[str, object],
    *,
    status: int = 200,
    cookies: list[Cookie] | None = None,
) -> Response[str]:
    """A whole page. `facts` are what its template tells."""
    return Response(
        ENVIRONMENT.get_template(template).render(facts),
        status_code=status,
        media_type="text/html",
        headers=HEADERS,
        cookies=cookies or [],
    )


@get("/assets/{digest:str}/{name:str}", include_in_schema=False)
async def static(digest: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    if name not in STATIC or asset(name) != f"/assets/{digest}/{name}":
        raise Problem(404, "There is no such file here.")
    content = (HERE / "static" / name).read_bytes()
    headers = {**HEADERS, "Cache-Control": LONG}
    return Response(content, media_type=STATIC[name], headers=headers)
