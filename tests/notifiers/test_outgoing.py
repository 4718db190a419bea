"""Where a post may go: the public Internet by https, and nowhere that a name may lead meanwhile."""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from datetime import timedelta

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from notifiers.notifier import Fault, Refused, Unclear
from notifiers.outgoing import Answer, ForbiddenError, Guard, Limits, Outgoing
from tests.notifiers.products import product

PUBLIC = "203.0.114.7"  # no address of a document: those are not public
HOME = ipaddress.ip_network("127.0.0.0/8")


class Names(AbstractResolver):
    """A DNS that answers each question with the next of its answers."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers, self.asked = list(answers), 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked += 1
        if not self.answers:
            raise OSError("no such name")
        return [
            ResolveResult(hostname=host, host=one, port=port, family=family, proto=0, flags=0)
            for one in self.answers.pop(0)
        ]

    async def close(self) -> None:
        return None


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",  # noqa: S104 - it is not listened on
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2001:db8::1",
    ],
)
async def test_no_address_of_a_network_that_is_not_public_is_posted_to(address: str) -> None:
    with pytest.raises(ForbiddenError):
        Guard().judge(ipaddress.ip_address(address))
    host = f"[{address}]" if ":" in address else address
    named = Outgoing(Guard(), resolver=Names([address]))
    literal = Outgoing(Guard())
    for outgoing, url in ((named, "https://hook.example/x"), (literal, f"https://{host}/x")):
        outcome = await outgoing.post(url, b"{}", {})
        await outgoing.close()
        assert isinstance(outcome, Refused)
        assert outcome.fault is Fault.CONFIGURATION
        assert "not public" in outcome.reason


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07::1", PUBLIC])
def test_public_addresses_pass(address: str) -> None:
    Guard().judge(ipaddress.ip_address(address))


def test_what_the_operator_allows_passes_and_nothing_beside_it() -> None:
    guard = Guard((ipaddress.ip_network("10.1.0.0/16"),))
    guard.judge(ipaddress.ip_address("10.1.2.3"))
    guard.judge(ipaddress.ip_address("::ffff:10.1.2.3"))
    with pytest.raises(ForbiddenError):
        guard.judge(ipaddress.ip_address("10.2.0.1"))


@pytest.mark.parametrize(
    "url",
    [
        "http://hook.example/",
        "ftp://hook.example/",
        "file:///etc/passwd",
        "https://",
        "https://user:secret@hook.example/",
        "https://127.0.0.1:99999/",
        "https://[::1",
        "//hook.example",
        "",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://127.1/",
    ],
)
async def test_addresses_that_are_none_of_ours_to_post_to(url: str) -> None:
    outgoing = Outgoing(Guard(), resolver=Names(["127.0.0.1"]))
    outcome = await outgoing.post(url, b"{}", {})
    await outgoing.close()
    assert isinstance(outcome, Refused), outcome
    assert "Nothing was sent" in outcome.reason


async def test_one_bad_address_among_good_ones_spoils_the_name() -> None:
    outgoing = Outgoing(Guard(), resolver=Names([PUBLIC, "10.0.0.1"]))
    assert isinstance(await outgoing.post("https://hook.example/", b"{}", {}), Refused)
    await outgoing.close()


async def test_a_name_is_asked_once_for_a_connection_and_judged_every_time() -> None:
    """Looked up twice, it could be public when it is judged and at home when it is connected to."""
    async with product("webhook") as it:
        names = Names(["127.0.0.1"], ["10.0.0.1"])
        outgoing = Outgoing(Guard((HOME,), plain=True), resolver=names)
        url = f"http://hook.example:{it.port}/in"
        assert isinstance(await outgoing.post(url, b"{}", {}), Answer)
        assert names.asked == 1
        await outgoing.close()
        assert isinstance(await outgoing.post(url, b"{}", {}), Refused)
        await outgoing.close()
        assert it.asked == 1


async def test_a_name_that_does_not_exist_was_not_posted_to() -> None:
    outgoing = Outgoing(Guard(), resolver=Names())
    outcome = await outgoing.post("https://hook.example/secret", b"{}", {})
    await outgoing.close()
    assert isinstance(outcome, Refused)
    assert outcome.fault is Fault.TRANSIENT
    assert "secret" not in outcome.reason


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
    ],
)
async def test_what_is_no_whole_answer_is_unclear(answer: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    outgoing = Outgoing(Guard((HOME,), plain=True))
    port = server.sockets[0].getsockname()[1]
    outcome = await outgoing.post(f"http://127.0.0.1:{port}/secret", b"{}", {})
    await outgoing.close()
    server.close()
    await server.wait_closed()
    assert isinstance(outcome, Unclear)
    assert "secret" not in outcome.reason


async def test_silence_is_unclear_when_its_time_is_over() -> None:
    async with product("webhook") as it:
        it.silent = True
        limits = Limits(total=timedelta(seconds=0.2))
        outgoing = Outgoing(Guard((HOME,), plain=True), limits)
        outcome = await outgoing.post(it.url, b"{}", {})
        await outgoing.close()
        assert isinstance(outcome, Unclear)
