"""Somebody with a browser: keeps cookies, sends the forms of the page he looks at."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from tests.service.web.world import World, client_of

CSRF = re.compile(r'name="csrf" value="([^"]+)"')
SAID = re.compile(r'<p class="said" role="status">(.*?)</p>', re.DOTALL)
SAME = {"sec-fetch-site": "same-origin"}


@dataclass
class Visitor:
    http: httpx.AsyncClient

    async def open(self, path: str, status: int = 200) -> str:
        """The HTML of a page."""
        answer = await self.http.get(path, follow_redirects=True)
        assert answer.status_code == status, answer.text
        return answer.text

    async def csrf(self, path: str = "/") -> str:
        found = CSRF.search(await self.open(path))
        assert found, f"no form on {path}"
        return found[1]

    async def post(
        self,
        path: str,
        csrf: str | None,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] = SAME,
    ) -> httpx.Response:
        """A form as a browser sends it."""
        data = {**({} if csrf is None else {"csrf": csrf}), **(fields or {})}
        return await self.http.post(path, data=data, headers=headers)

    async def send(self, page: str, path: str, **fields: str) -> str:
        """Press a button of `page`; what the page after it says."""
        answer = await self.post(path, await self.csrf(page), fields)
        assert answer.status_code == 303, answer.text
        found = SAID.search(await self.open(answer.headers["location"]))
        return html.unescape(found[1]) if found else ""

    async def sign_in(self, token: str, onward: str = "/") -> httpx.Response:
        return await self.post("/sign-in", None, {"token": token, "onward": onward})


@asynccontextmanager
async def visiting(
    world: World, role: str | None = None, person: str | None = None
) -> AsyncIterator[Visitor]:
    """Signed in with a token of this role, if one is named."""
    async with client_of(str(world.http.base_url)) as http:
        visitor = Visitor(http)
        if role is not None:
            token = (await world.token(role, person))["authorization"].removeprefix("Bearer ")
            assert (await visitor.sign_in(token)).status_code == 303
        yield visitor
