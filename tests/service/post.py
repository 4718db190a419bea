"""A sender that is asked to serve by hand, and its provider behind real HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from notifiers.notifier import Notifier
from notifiers.simulator.harness import ACCOUNT, TOKEN, Simulator
from notifiers.simulator.records import Ailment, Trouble
from notifiers.switchboard import Switchboard
from notifiers.twilio.client import Credentials, Timeouts, Twilio
from notifiers.twilio.sms import TwilioSms
from notifiers.twilio.voice import TwilioVoice
from service.chime import Chime
from service.sender import Sender
from service.wiring import sender_of
from tests.service.office import Office
from tests.stories.organisation import NUMBERS

QUICK = Timeouts(timedelta(seconds=10), timedelta(seconds=0.6), timedelta(seconds=20))
"""What is silent is given up soon; a machine that is busy is not silent."""
ANNA, CARL = NUMBERS["anna"], NUMBERS["carl"]


def notifiers(api_url: str, number: str, sid: str = ACCOUNT, token: str = TOKEN) -> list[Notifier]:
    account = Twilio(Credentials(sid, (token,)), api_url, QUICK)
    return [TwilioSms(account, number), TwilioVoice(account, number)]


@dataclass
class Post:
    """A sender that is asked to serve by hand, and its provider."""

    office: Office
    twilio: Simulator
    sender: Sender

    async def serve(self, *lanes: str) -> None:
        """Send what is due now, and wait until it has been settled."""
        for lane in lanes or ("sms",):
            await self.sender._serve(lane, Chime())
        await self.landed()

    async def landed(self) -> None:
        while self.sender._flying:
            await asyncio.wait(list(self.sender._flying))
            await asyncio.sleep(0)

    async def row(self, person: str = "anna", channel: str = "sms") -> dict[str, object]:
        found = await self.office.pool.fetchrow(
            "select * from outbox where person = $1 and channel = $2 order by id desc limit 1",
            person, channel,
        )  # fmt: skip
        assert found is not None
        return dict(found)

    async def state(self, person: str = "anna", channel: str = "sms") -> str:
        return str((await self.row(person, channel))["state"])

    async def never_bundles(self) -> None:
        """As with `storms: {bundle: 0}` in the policy."""

        async def never(_: object) -> int:
            return 0

        self.sender.claims.bundle_from = never

    def spoil(self, ailment: Ailment, times: int | None = 1, **more: object) -> None:
        self.twilio.trouble(Trouble(ailment, times=times, **more))  # type: ignore[arg-type]

    def sent_to(self, number: str) -> list[str]:
        return [text.body for text in self.twilio.simulation.exchange.texts_of(number)]

    def calls_to(self, number: str) -> int:
        return len(self.twilio.simulation.exchange.calls_of(number))


@asynccontextmanager
async def posting(office: Office, twilio: Simulator) -> AsyncIterator[Post]:
    sender = sender_of(office.service)
    await sender.switchboard.close()
    sender.switchboard = Switchboard(notifiers(twilio.api_url, twilio.number))
    sender.pace = {}
    sender.ready.set()
    yield Post(office, twilio, sender)
    await sender.stop(0)
    await sender.close()


async def forward(post: Post, **by: float) -> None:
    post.office.clock.forward(**by)
    await post.serve()
