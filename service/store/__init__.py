"""PostgreSQL: the pool, the migrations, and the queries, each named in a .sql file beside this."""
