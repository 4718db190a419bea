"""Policy versions: what goes into the database comes out again, and new versions take effect."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from routing.language.problems import DocumentErrors, PolicyErrors
from service import policies
from service.clock import FixedClock
from service.library import Library
from service.policyfile.load import read_policy, sample, shipped_presets
from service.settings import read_settings
from service.store import codec
from service.store.pool import Pool
from service.store.sql import query

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
SMALL = """
policy: small
extends: mattermost@2021-08
schedules: {support: {zone: UTC, rotation: {people: [anna, ben]}}}
escalation_policies: {support: {steps: [{page: schedule support, wait: 5m}]}}
routes:
  - {id: rest, escalate: support}
"""
decode = codec.decoder(type(read_policy(SMALL, "small.yaml")))


def many_routes(count: int) -> str:
    """More routes than a machine word has bits: an index of them is no JSON number."""
    routes = "".join(
        f"  - {{id: r{n}, when: {{account: a{n}}}, escalate: support}}\n" for n in range(count)
    )
    return SMALL.replace("  - {id: rest", f"{routes}  - {{id: rest")


@pytest.mark.parametrize(
    "text",
    [SMALL, many_routes(90), sample("policy.yaml"), sample("minimal.yaml")]
    + [
        SMALL.replace("mattermost@2021-08", name)
        for name in sorted(shipped_presets())
        if name != "base@1"
    ],
)
def test_a_policy_comes_back_as_it_went_in(text: str) -> None:
    policy = read_policy(text, "policy.yaml")
    document = codec.encode_policy(policy)
    back = decode(document)
    assert back == policy
    assert codec.encode_policy(back) == document


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


async def current(pool: Pool, library: Library, now: datetime) -> str:
    async with pool.acquire() as conn:
        return (await library.shelf(conn, now)).current.id


async def test_versions_are_numbered_and_the_newest_is_in_force(
    pool: Pool, clock: FixedClock
) -> None:
    library = Library()
    first = await policies.apply(pool, clock, SMALL, "small.yaml", "grace")
    assert (first.id, first.effective_at, first.new) == ("small@1", NOW, True)
    assert await current(pool, library, NOW) == "small@1"
    again = await policies.apply(pool, clock, SMALL, "small.yaml", "grace")
    assert (again.id, again.new) == ("small@1", False)
    second = await policies.apply(pool, clock, f"{SMALL}\n# a word more", "small.yaml", "grace")
    assert second.id == "small@2"
    assert await current(pool, library, NOW) == "small@2"


async def test_a_version_of_a_later_day_waits_for_it(pool: Pool, clock: FixedClock) -> None:
    library = Library()
    await policies.apply(pool, clock, SMALL, "small.yaml", "grace")
    later = f"{SMALL}\neffective: 2026-03-05\n"
    second = await policies.apply(pool, clock, later, "small.yaml", "grace")
    day = datetime(2026, 3, 5, tzinfo=UTC)
    assert second.effective_at == day
    assert await current(pool, library, day - timedelta(seconds=1)) == "small@1"
    assert await current(pool, library, day) == "small@2"


async def test_what_is_wrong_is_told_at_once_and_nothing_is_kept(
    pool: Pool, clock: FixedClock
) -> None:
    wrong = SMALL.replace("page: schedule support", "page: schedule nobody") + "colour: red\n"
    with pytest.raises(PolicyErrors) as refused:
        await policies.apply(pool, clock, wrong, "small.yaml", "grace")
    assert len(refused.value.problems) >= 2
    async with pool.acquire() as conn:
        assert await conn.fetch(query("policy_heads")) == []
        assert await conn.fetchval(query("generation")) == 1


async def test_who_applied_what_is_kept(pool: Pool, clock: FixedClock) -> None:
    await policies.apply(pool, clock, SMALL, "small.yaml", "grace")
    async with pool.acquire() as conn:
        row = await conn.fetchrow("select at, who, what, detail from audit")
    assert row is not None
    assert (row["at"], row["who"], row["what"]) == (NOW, "grace", "applied a policy")
    assert codec.decode(row["detail"])["policy"] == "small@1"


async def test_the_demo_is_loaded_where_there_is_nothing(pool: Pool, clock: FixedClock) -> None:
    settings = read_settings({"HELIOGRAPH_ENVIRONMENT": "development"})
    for _ in range(2):
        await policies.load_at_start(pool, clock, settings)
    async with pool.acquire() as conn:
        row = await conn.fetchrow(query("count_directory"))
        assert await current(pool, Library(), NOW) == "demo@1"
    assert row is not None
    assert row["policies"] == 1
    assert row["people"] > 3
    assert row["accounts"] > 3


async def test_the_settings_files_are_loaded(pool: Pool, clock: FixedClock, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(SMALL)
    (tmp_path / "d.yaml").write_text("people: [{id: anna, name: Anna Lind}]")
    files = {"POLICY": "p.yaml", "DIRECTORY": "d.yaml"}
    settings = read_settings(
        {
            "HELIOGRAPH_ENVIRONMENT": "production",
            **{f"HELIOGRAPH_{name}": str(tmp_path / file) for name, file in files.items()},
        }
    )
    await policies.load_at_start(pool, clock, settings)
    async with pool.acquire() as conn:
        shelf = await Library().shelf(conn, NOW)
    assert (shelf.current.id, list(shelf.people)) == ("small@1", ["anna"])


async def test_production_makes_nothing_up(pool: Pool, clock: FixedClock) -> None:
    settings = read_settings({"HELIOGRAPH_ENVIRONMENT": "production"})
    await policies.load_at_start(pool, clock, settings)
    async with pool.acquire() as conn:
        assert tuple(await conn.fetchrow(query("count_directory")) or ()) == (0, 0, 0)


@pytest.mark.parametrize("name", ["POLICY", "DIRECTORY"])
async def test_a_settings_file_that_is_no_text_is_a_sentence(
    pool: Pool, clock: FixedClock, tmp_path: Path, name: str
) -> None:
    (tmp_path / "f.yaml").write_bytes("namn: Säkert".encode("latin-1"))
    made = {"HELIOGRAPH_ENVIRONMENT": "production", f"HELIOGRAPH_{name}": str(tmp_path / "f.yaml")}
    with pytest.raises(DocumentErrors, match=r"f.yaml:1:8: this is no UTF-8 text"):
        await policies.load_at_start(pool, clock, read_settings(made))
    async with pool.acquire() as conn:
        assert tuple(await conn.fetchrow(query("count_directory")) or ()) == (0, 0, 0)
