"""The simulator as a program of its own, as somebody's CI would run it."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from notifiers.notifier import Accepted, Message
from notifiers.simulator.clock import RealClock
from notifiers.twilio.client import Credentials, Twilio
from notifiers.twilio.sms import TwilioSms

ROOT = Path(__file__).resolve().parents[2]
PHONE = "+46700000001"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _wait_for(url: str, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(url):  # noqa: S310 - loopback
                return
        except URLError:
            time.sleep(0.05)
    pytest.fail(f"It did not start: {process.poll()}")


def _texts(url: str) -> list[str]:
    with urlopen(f"{url}/api/state") as answer:  # noqa: S310 - loopback
        return [text["body"] for phone in json.load(answer)["phones"] for text in phone["texts"]]


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[str]:
    port = _free_port()
    command = [sys.executable, "-m", "notifiers.simulator", "--port", str(port), "--instant"]
    command += ["--journal", str(tmp_path / "phones.jsonl")]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE) as process:
        url = f"http://127.0.0.1:{port}/simulator"
        _wait_for(f"{url}/api/state", process)
        yield url
        # A page left open must not keep it from ending.
        with urlopen(f"{url}/events"):  # noqa: S310 - loopback
            process.send_signal(signal.SIGTERM)
            process.wait(10)
        assert process.stdout is not None
        assert "TWILIO_API_URL=" in process.stdout.read()


async def test_it_serves_any_client_and_ends_when_told(alone: str) -> None:
    twilio = Twilio(Credentials("AC" + "5" * 32, ("simulated-auth-token",)), f"{alone}/twilio")
    sms = TwilioSms(twilio, "+14155550100")
    page = Message(key="k", channel="sms", to=PHONE, text="ACME-7", since=RealClock()())
    assert isinstance(await sms.send(page), Accepted)
    await sms.close()
    assert _texts(alone) == ["ACME-7"]
