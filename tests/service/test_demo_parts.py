"""The parts of the demo. The whole of it is started in test_demo.py."""

import base64
import hmac
import os
import re
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest

from routing.hotline_words import WORDS
from service.clock import monotonic
from service.demo import invitation
from service.demo.children import Child, stop_all
from service.demo.made_up import demo_secrets
from service.embedded.process import ServerProcess


@contextmanager
def receiving() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A server that keeps what is posted; its address, and what came."""
    got: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(202)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", got
        server.shutdown()


def test_the_key_it_tells_of_is_the_one_the_hotline_tells_of(tmp_path: Path) -> None:
    """Broken once: it said 2, which had become 9."""
    told = invitation.invitation("http://127.0.0.1:8000", tmp_path, "f00d")
    key = re.search(r"and (\d), where you are asked about a case", told)
    assert key
    assert f"For a new emergency, press {key[1]}." in WORDS["about_case"]
    assert f"For a new emergency, press {key[1]}." in WORDS["about_else"]


@pytest.mark.parametrize("way", [invitation.SIGN_WITH_OPENSSL, invitation.SIGN_WITH_PYTHON])
def test_the_printed_command_signs_as_zendesk_does(way: str) -> None:
    with receiving() as (address, got):
        command = invitation.command(address, "f00d", way)
        for shell in ("sh", "bash"):
            subprocess.run([shell, "-c", command], check=True, capture_output=True)
    assert len(got) == 2
    for headers, body in got:
        stamp = headers["x-zendesk-webhook-signature-timestamp"]
        signed = hmac.digest(b"f00d", stamp.encode() + body, "sha256")
        assert headers["x-zendesk-webhook-signature"] == base64.b64encode(signed).decode()
        ticket = msgspec.json.decode(body)
        assert ticket["time"] == stamp
        assert ticket["detail"]["organization_id"] == invitation.ORGANIZATION


def test_secrets_are_made_up_once_and_are_private(tmp_path: Path) -> None:
    file = tmp_path / "demo.env"
    first = demo_secrets(file)
    assert demo_secrets(file) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert first["HELIOGRAPH_WEBHOOK_SECRET_STANDARD"].startswith("whsec_")


def test_secrets_of_an_older_demo_are_kept_and_completed(tmp_path: Path) -> None:
    file = tmp_path / "demo.env"
    file.write_text("HELIOGRAPH_SECRET_KEY=old\n")
    secrets = demo_secrets(file)
    assert secrets["HELIOGRAPH_SECRET_KEY"] == "old"
    assert secrets["HELIOGRAPH_ADMIN_TOKEN"]
    assert demo_secrets(file) == secrets


def child(folder: Path, code: str) -> Child:
    def start() -> ServerProcess:
        command = [sys.executable, "-c", code]
        log = folder / "child.log"
        return ServerProcess("child", command, mode="direct", end=signal.SIGTERM, log=log)

    return Child("child", start)


def tend_until_it_ends(one: Child) -> str:
    deadline = monotonic() + 120
    while monotonic() < deadline:
        told = one.tend()
        if told:
            return told
    raise AssertionError("the child did not end")


def test_a_child_that_ends_is_told_with_its_last_words_and_starts_again_later(
    tmp_path: Path,
) -> None:
    one = child(tmp_path, "print('last words')")
    assert "last words" in tend_until_it_ends(one)
    assert one.failures == 1
    assert one.tend() is None
    assert not one.alive, "it waits before it starts again"
    assert "in 2 s" in tend_until_it_ends(one)


def test_a_child_is_asked_to_end_and_killed_if_it_does_not(tmp_path: Path) -> None:
    polite = child(tmp_path, "import time; time.sleep(60)")
    deaf = child(
        tmp_path,
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "print('up', flush=True); time.sleep(60)",
    )
    polite.tend()
    deaf.tend()
    deadline = monotonic() + 120
    while "up" not in (tmp_path / "child.log").read_text() and monotonic() < deadline:
        os.sched_yield()
    deaf.kill()
    stop_all([polite, deaf])
    assert not polite.alive
    assert not deaf.alive
