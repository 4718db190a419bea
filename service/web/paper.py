"""Pages for one person, opened by a signed link on a phone: no script, nothing from elsewhere.

What guards them travels with each: nothing is kept by a cache, told to another site, indexed or
framed, and the policy lets only our own style and our own forms work.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response

_TEMPLATES = Path(__file__).parent / "templates"
_STYLE = (_TEMPLATES / "paper.css").read_text(encoding="utf-8")
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_JINJA = Environment(
    loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined
)
_JINJA.globals["style"] = _STYLE
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow, noarchive",
}


def paper(template: str, status: int = 200, **facts: object) -> Response[str]:
    """A page of `templates/<template>.html`, which extends `paper.html`."""
    body = _JINJA.get_template(f"{template}.html").render(**facts)
    return Response(body, status_code=status, media_type="text/html", headers=HEADERS)


def sentence(title: str, said: str, status: int = 200, *, good: bool = False) -> Response[str]:
    """A page that says one thing and asks nothing."""
    return paper("sentence", status, title=title, said=said, good=good)
