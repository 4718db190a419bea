"""From a schedule back to its document."""

from __future__ import annotations

from routing.language.phrases import turn_text
from routing.language.windows import DAYS, days_text, hours_text, restriction_text
from routing.language.words import duration_text, instant_text
from routing.schedule import Layer, Override, Restriction, Rotation, Schedule, Temporary

Document = dict[str, object]


def schedule_document(schedule: Schedule) -> Document:
    document: Document = {"zone": schedule.zone}
    parts = {
        "layers": [_layer(layer, schedule.zone) for layer in schedule.layers],
        "overrides": [_override(override) for override in schedule.overrides],
        "temporary": [_temporary(temporary) for temporary in schedule.temporary],
    }
    return document | {name: part for name, part in parts.items() if part}


def _layer(layer: Layer, zone: str) -> Document:
    rotation = _rotation(layer.rotation)
    if layer.rotation.zone != zone:
        rotation["zone"] = layer.rotation.zone
    document: Document = {"id": layer.id, "priority": layer.priority, "rotation": rotation}
    if layer.restrictions:
        document["only"] = [_restriction(restriction) for restriction in layer.restrictions]
    if layer.zone is not None:
        document["zone"] = layer.zone
    for name, instant in (("from", layer.start), ("until", layer.until)):
        if instant is not None:
            document[name] = instant_text(instant)
    return document


def _rotation(rotation: Rotation) -> Document:
    document: Document = {
        "people": [group[0] if len(group) == 1 else list(group) for group in rotation.groups],
        "every": turn_text(rotation.unit, rotation.every),
        "start": instant_text(rotation.start),
        "backwards": rotation.backwards,
    }
    for name, days in (("handoff_days", rotation.handoff_days), ("weekdays", rotation.weekdays)):
        if days:
            document[name] = days_text(sorted(days))
    for name, numbers in (("month_days", rotation.month_days), ("months", rotation.months)):
        if numbers:
            document[name] = [str(number) for number in sorted(numbers)]
    if rotation.length is not None:
        document["lasts"] = duration_text(rotation.length)
    if rotation.week_start:
        document["week_start"] = DAYS[rotation.week_start]
    return document


def _restriction(restriction: Restriction) -> object:
    text = restriction_text(restriction)
    if text is not None:
        return text
    document: Document = {"month_days": [str(day) for day in sorted(restriction.month_days)]}
    if restriction.weekdays:
        document["weekdays"] = days_text(sorted(restriction.weekdays))
    if restriction.start is not None and restriction.end is not None:
        document["hours"] = hours_text(restriction.start, restriction.end)
    return document


def _override(override: Override) -> Document:
    document: Document = {
        "id": override.id,
        "kind": override.kind,
        "from": instant_text(override.start),
        "to": instant_text(override.end),
    }
    people = {"person": override.person, "by": override.by}
    return document | {name: person for name, person in people.items() if person}


def _temporary(temporary: Temporary) -> Document:
    return {
        "id": temporary.id,
        "from": instant_text(temporary.start),
        "to": instant_text(temporary.end),
        "shifts": [
            {"person": person, "from": instant_text(start), "to": instant_text(end)}
            for person, start, end in temporary.shifts
        ],
    }
