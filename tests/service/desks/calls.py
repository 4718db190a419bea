"""Callers, and the sender that creates their tickets, asked to serve by hand."""

from dataclasses import dataclass, field
from typing import Any

from routing.case import Case
from routing.hotline_call import Call, OpenCase
from service.hotline.callers import Callers
from service.sender import Sender
from tests.service.office import Office
from tests.service.post import Post
from tests.stories import hotline_papers

ADA = hotline_papers.ADA


@dataclass
class Calls:
    office: Office
    sender: Sender
    calls: int = field(default=0, kw_only=True)

    async def rings(self, **members: Any) -> str:
        """Ada has confirmed an emergency."""
        self.calls += 1
        at = self.office.clock.now()
        given = {"account": "acme", "account_name": "Acme Corp", "confirmed": True, **members}
        call = Call(f"CA{self.calls}", given.pop("number", ADA), "room", at, **given)
        policy = (await self.office.desk.shelf()).current
        return await Callers(self.office.service).case(policy, call, OpenCase("emergency"))

    async def serve(self, **by: float) -> None:
        self.office.clock.forward(**by)
        await Post(self.office, None, self.sender).serve("systems")  # type: ignore[arg-type]

    async def texts(self) -> list[str]:
        rows = await self.office.pool.fetch(
            "select payload->>'text' as text from outbox where payload->>'to' = $1 order by id", ADA
        )
        return [row["text"] for row in rows]

    async def count(self) -> int:
        return int(await self.office.pool.fetchval("select count(*) from cases"))

    async def case(self, name: str = "ACME-1") -> Case:
        return await self.office.case(name)

    async def timeline(self, name: str) -> list[str]:
        rows = await self.office.pool.fetch(
            "select text from timeline where case_id = $1 order by id", name
        )
        return [row["text"] for row in rows]
