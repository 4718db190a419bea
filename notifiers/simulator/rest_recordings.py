"""Twilio's Recordings and Transcriptions, as far as we hear them and have them deleted."""

from litestar import Controller, Response, delete, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from notifiers.simulator.answers import TwilioError
from notifiers.simulator.rest import AnyRequest, Gate


class Recordings(Controller):
    path = "/Accounts/{account:str}"

    @get("/Recordings/{name:str}")
    async def sound(
        self,
        request: AnyRequest,
        account: FromPath[str],
        name: FromPath[str],
        gate: NamedDependency[Gate],
    ) -> Response[bytes]:
        """As MP3; what it holds are the words, since nobody has a voice here."""
        gate.admit(request, account)
        sid, _, kind = name.partition(".")
        words = gate.exchange.recordings.get(sid)
        if words is None or kind != "mp3":
            raise TwilioError(20404, "The requested resource was not found")
        return Response(words.encode(), media_type="audio/mpeg")

    @delete("/Recordings/{name:str}", status_code=204)
    async def delete_recording(
        self,
        request: AnyRequest,
        account: FromPath[str],
        name: FromPath[str],
        gate: NamedDependency[Gate],
    ) -> None:
        gate.admit(request, account)
        _remove(gate, gate.exchange.recordings, name)

    @delete("/Transcriptions/{name:str}", status_code=204)
    async def delete_transcription(
        self,
        request: AnyRequest,
        account: FromPath[str],
        name: FromPath[str],
        gate: NamedDependency[Gate],
    ) -> None:
        gate.admit(request, account)
        _remove(gate, gate.exchange.transcriptions, name)


def _remove(gate: Gate, kept: dict[str, str], name: str) -> None:
    trouble = gate.exchange.meet_trouble("", "voice") if gate.exchange.trouble else None
    if trouble is not None:
        raise TwilioError(trouble.code or 20500)
    if kept.pop(name.removesuffix(".json"), None) is None:
        raise TwilioError(20404, "The requested resource was not found")
