"""A lean HTTP/1.1 load generator: so many connections, each with one request in flight."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass
class Result:
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    failures: dict[int, int] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def at(self, share: float) -> float:
        """The latency (seconds) that this share of the requests stayed within."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


async def _connection(
    port: int, requests: Iterator[bytes], wanted: int, result: Result, pace: Callable[[], float]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in requests:
        wait = pace()
        if wait > 0:
            await asyncio.sleep(wait)
        begun = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        length = head.lower().find(b"content-length:")
        if length >= 0:
            size = int(head[length + 15 : head.index(b"\r\n", length)])
            await reader.readexactly(size)
        if status == wanted:
            result.latencies.append(time.perf_counter() - begun)
        else:
            result.failures[status] = result.failures.get(status, 0) + 1
    writer.close()


async def drive(
    port: int, requests: list[bytes], connections: int, *, wanted: int, per_second: float = 0
) -> Result:
    """Send them all; `per_second` spaces them evenly, 0 is as fast as they are answered."""
    result, feed, start = Result(), iter(requests), time.perf_counter()
    sent = 0

    def pace() -> float:
        nonlocal sent
        sent += 1
        return start + sent / per_second - time.perf_counter() if per_second else 0.0

    await asyncio.gather(
        *(_connection(port, feed, wanted, result, pace) for _ in range(connections))
    )
    result.seconds = time.perf_counter() - start
    return result


def request(path: str, body: bytes, headers: dict[str, str], port: int) -> bytes:
    lines = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Content-Length: {len(body)}"]
    lines += [f"{k}: {v}" for k, v in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body
