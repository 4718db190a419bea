"""Policies and directories from text, with the presets that ship."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

from routing.directory import Directory
from routing.language.directory_reader import directory_from
from routing.language.policy_reader import policy_from
from routing.language.policy_writer import policy_document as policy_to_document
from routing.language.problems import DirectoryErrors, DocumentErrors, PolicyErrors, Problem
from routing.language.tree import Mark, Node, tree_of
from routing.policy import Policy
from service.policyfile import csv_tree, yaml_tree
from service.policyfile.numbers import e164

__all__ = [
    "decoded",
    "document_to_policy",
    "policy_to_document",
    "preset_texts",
    "read_directory",
    "read_policy",
    "sample",
    "shipped_presets",
]

MOST_DIRECTORY_BYTES = 20_000_000
MOST_DIRECTORY_NODES = 3_000_000


def read_policy(text: str, name: str, presets: Mapping[str, Node] | None = None) -> Policy:
    """A policy from YAML or JSON text. `name` is what problems call the file.

    Raises PolicyErrors with everything that is wrong at once; nothing is applied by reading.
    """
    try:
        tree = yaml_tree.parse(text, name)
    except DocumentErrors as refused:
        raise PolicyErrors(refused.problems) from None
    return policy_from(tree, shipped_presets() if presets is None else presets)


def decoded(raw: bytes, name: str) -> str:
    """The text of a document as files hold it. Raises DocumentErrors where it is no UTF-8."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        read = broken.object[: broken.start]  # without the mark that some editors begin with
        *above, line = read.decode().split("\n")
        mark = Mark(name, len(above) + 1, len(line) + 1)
        sentence = "this is no UTF-8 text from here on; save the file as UTF-8."
        raise DocumentErrors([Problem(mark, "", sentence)]) from None


def read_directory(text: str, name: str) -> Directory:
    """A directory (accounts, people) from YAML or JSON text; numbers become E.164.

    From CSV where `name` ends with .csv: accounts or people, by its header.

    Raises DirectoryErrors with everything that is wrong at once.
    """
    try:
        tree = _directory_tree(text, name)
    except DocumentErrors as refused:
        raise DirectoryErrors(refused.problems) from None
    return directory_from(tree, e164)


def _directory_tree(text: str, name: str) -> Node:
    if name.casefold().endswith(".csv") and len(text) <= MOST_DIRECTORY_BYTES:
        return csv_tree.parse(text, name)
    return yaml_tree.parse(
        text, name, most_bytes=MOST_DIRECTORY_BYTES, most_nodes=MOST_DIRECTORY_NODES
    )


def document_to_policy(document: object, name: str = "document") -> Policy:
    """The policy of plain JSON data, as `policy_to_document` gives it. Raises PolicyErrors."""
    return policy_from(tree_of(document, name), shipped_presets())


@cache
def shipped_presets() -> Mapping[str, Node]:
    """Every preset in the package, by the name a policy extends (`mattermost@2021-08`)."""
    return {name: yaml_tree.parse(text, f"{name}.yaml") for name, text in preset_texts()}


def preset_texts() -> Iterator[tuple[str, str]]:
    for file in sorted(
        resources.files("routing").joinpath("presets").iterdir(), key=lambda f: f.name
    ):
        if file.name.endswith(".yaml"):
            yield file.name.removesuffix(".yaml"), file.read_text("utf-8")


def sample(name: str) -> str:
    """The text of a shipped sample: policy.yaml, directory.yaml or minimal.yaml."""
    return resources.files("service").joinpath("samples", name).read_text("utf-8")
