"""A customer is served in German by engineers who hear English."""

from tests.stories.conftest import Build
from tests.stories.hotline import HOW, dull, meet, ring, rung
from tests.stories.hotline_papers import ADA, DIRECTORY, POLICY

GERMAN = {
    **HOW,
    "policy": f"{POLICY}  languages: {{de: {{voice: Polly.Vicki-Neural}}}}\n",
    "directory": DIRECTORY.replace(f'phone: "{ADA}"', f'phone: "{ADA}", language: de'),
}


def test_ada_speaks_german_and_carl_english(build: Build) -> None:
    world = build(**GERMAN)
    ada = ring(world).hears("drücken Sie die 1").presses("1").hears("Ihre Fallnummer ist")
    phone = world.phone_of(ADA)
    opened = phone.gets_sms("ist eröffnet", "FALSE ALARM")
    phone.gets_sms("ist Ticket", "Antworten Sie hier")
    carl = rung(world).answers().hears("Acme Corp").presses("1").hears("Connecting you")
    dull(world, ada, "Wir verbinden Sie jetzt")
    meet(world, carl, ada)
    ada.hangs_up()
    carl.ends()
    opened.replies("false alarm").gets_sms("als Fehlalarm schließen")
