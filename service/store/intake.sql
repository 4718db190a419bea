-- name: known_intake
-- Deliveries that were taken in before. Each is looked up by itself: a table that grows faster than
-- its statistics would be read whole.
select known.source, known.event_key, known.state, known.case_id
from unnest($1::text[], $2::text[]) as asked (source, event_key)
cross join lateral (
    select source, event_key, state, case_id
    from intake
    where source = asked.source and event_key = asked.event_key
    limit 1
) as known;

-- name: insert_intake
-- Webhooks as they came; one that is there by now is left out of the answer.
insert into intake (source, event_key, received_at, state, urgency, headers, body, case_id, said,
                    decided_at)
select *
from unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::smallint[], $6::json[],
            $7::bytea[], $8::text[], $9::text[], $10::timestamptz[])
on conflict (source, event_key) do nothing
returning id;

-- name: stored_intake
-- Webhooks that wait for their decision, the urgent first.
select id, source, event_key, received_at, headers, body
from intake
where state = 'stored' and source <> all($2::text[])
order by urgency, id
limit $1;

-- name: stored_hints
-- The same of these sources, whose tickets are asked for first; up to an urgency.
select id, source, event_key, received_at, urgency, headers, body
from intake
where state = 'stored' and source = any($2::text[]) and urgency <= $3
order by urgency, id
limit $1;

-- name: put_off
-- It was decided as far as it went, and is asked about again later.
update intake set urgency = $2 where id = $1;

-- name: lock_stored
-- Those of them that nobody else has decided meanwhile.
select id from intake where id = any($1::bigint[]) and state in ('stored', 'dead') for update;

-- name: intake_decided
-- What became of stored webhooks.
update intake as i
set state = u.state, case_id = u.case_id, said = u.said, decided_at = $5
from unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) as u (id, state, case_id, said)
where i.id = u.id;

-- name: dead_letters
-- Authentic webhooks nobody could read, the newest first.
select id, source, event_key, received_at, said, body
from intake
where state = 'dead' and ($1::bigint is null or id < $1)
order by id desc
limit $2;

-- name: intake_by_id
-- One webhook, locked for a replay.
select id, source, event_key, received_at, state, headers, body, case_id, said
from intake
where id = $1
for update;

-- name: oldest_stored
-- Since when the oldest undecided webhook waits.
select min(received_at) from intake where state = 'stored' and urgency < 9;

-- name: recorded_intake
-- Webhooks that became of a case something, in the order they came.
select id, source, case_id, received_at, headers, body
from intake
where received_at >= $1 and id > $2 and state = 'decided' and case_id is not null
order by id
limit $3;
