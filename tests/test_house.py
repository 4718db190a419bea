from service.store.pool import Pool
from service.store.sql import all_queries


async def test_every_query_prepares_against_the_migrated_schema(pool: Pool) -> None:
    async with pool.acquire() as connection:
        for query in all_queries().values():
            try:
                await connection.prepare(query.text)
            except Exception as error:
                raise AssertionError(f"{query.file} ({query.name}): {error}") from error
