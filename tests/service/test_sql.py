from pathlib import Path

import pytest

from service.store.sql import QueryFileError, load, query

GOOD = """-- Everything about outbox rows.

-- name: claim_outbox
-- Leases the most urgent due rows
-- to one sender.
select 1
-- a comment inside stays
from outbox;

-- name: depth
-- Counts what waits.
select count(*) from outbox
"""


def test_queries_have_a_name_a_sentence_and_a_text(tmp_path: Path) -> None:
    (tmp_path / "outbox.sql").write_text(GOOD)
    queries = load(tmp_path)
    claim = queries["claim_outbox"]
    assert claim.sentence == "Leases the most urgent due rows to one sender."
    assert claim.text == "select 1\n-- a comment inside stays\nfrom outbox"
    assert claim.file == "outbox.sql:3"
    assert queries["depth"].text == "select count(*) from outbox"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("select 1;", "before the first"),
        ("-- name: claim\nselect 1;", "no `-- ` line"),
        ("-- name: Claim-It\n-- Says.\nselect 1;", "snake_case"),
        ("-- name: claim\n-- Says.\n", "no statement"),
        ("-- name: a\n-- Says.\nselect 1;\n-- name: a\n-- Says.\nselect 2;", "already at"),
    ],
)
def test_a_file_out_of_form_is_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "x.sql").write_text(text)
    with pytest.raises(QueryFileError, match=words):
        load(tmp_path)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(QueryFileError, match="no_such_query"):
        query("no_such_query")
