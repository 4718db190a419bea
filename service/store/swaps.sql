-- name: insert_swap
-- A colleague is asked.
insert into swap_requests (id, schedule, asker, asked, state, expires_at, asked_at, body)
values ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: lock_swap
-- One request, locked until the transaction ends.
select body from swap_requests where id = $1 for update;

-- name: settle_swap
-- What became of a request.
update swap_requests set state = $2, body = $3 where id = $1;

-- name: swaps_of_person
-- What a person asks and is asked, that has not begun long ago; the next first.
select body
from swap_requests
where (asker = $1 or asked = $1) and expires_at >= $2
order by expires_at, id
limit $3;

-- name: open_swaps_of_asker
-- How many requests of a person are open.
select count(*) from swap_requests where asker = $1 and state = 'open' and expires_at > $2;
