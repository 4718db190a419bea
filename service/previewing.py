"""An explanation together with the pages as they would be sent."""

from __future__ import annotations

from dataclasses import dataclass

from notifiers.facts import page_facts
from notifiers.preview import CODE, Preview, preview
from routing.directory import Directory
from routing.policy import Policy
from routing.tools.explain import Explanation


@dataclass(frozen=True, slots=True)
class Previewed:
    explanation: Explanation
    previews: tuple[Preview, ...]

    def as_json(self) -> dict[str, object]:
        pages = [one.as_json() for one in self.previews]
        return {**self.explanation.as_json(), "wording": pages}

    def __str__(self) -> str:
        lines = [f"{'would say':<12} {one}" for one in self.previews]
        return "\n".join([str(self.explanation), *lines])


def previewed(found: Explanation, policy: Policy, directory: Directory) -> Previewed:
    """The first page of each person on each channel of the ladder."""
    shown = []
    for one in found.ladder:
        person = directory.people.get(one.person)
        if person is not None:
            language = policy.wording.language_of(person.language)
            facts = page_facts(
                policy, found.case, person, one.at, to="", code=CODE, purpose="page", why=one.text
            )
            shown.append(preview(facts, person.id, one.channel, language))
    return Previewed(found, tuple(shown))
