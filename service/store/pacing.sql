-- name: lane_is_due
-- Something that a lane has to send now, if there is anything. Asks for the first of its index, as
-- `busy_topics` does.
select id
from outbox
where state = 'queued' and lane = $1 and available_at <= $2
order by rank, available_at, id
limit 1;

-- name: lock_pace
-- When a sender may send next; the row is made where there is none.
insert into pacing (sender, free_at)
values ($1, $2)
on conflict (sender) do update set free_at = pacing.free_at
returning free_at;

-- name: set_pace
-- The sender may send again from then on.
update pacing set free_at = $2 where sender = $1;

-- name: claim_hang_ups
-- Calls to be hung up wait for no pace.
with due as materialized (
    select id
    from outbox
    where state = 'queued' and lane = $4 and rank < 0 and available_at <= $1
    order by available_at, id
    limit 64
    for update skip locked
)
update outbox as o
set state = 'sending', lease = $3, lease_until = $2, tries = o.tries + 1
from due
where o.id = due.id
returning o.id, o.key, o.case_id, o.kind, o.channel, o.person, o.turn, o.method, o.attempt, o.rank,
          o.payload, o.created_at, o.available_at, o.give_up_at, o.lease_until, o.lease, o.tries,
          o.unclear, o.begun_at, o.bundle, o.text, o.provider;

-- name: claim_fairly
-- Lease due rows: the most severe first; of equals everybody's first, whoever was served longest ago
-- before the others. Nobody is rung who is being rung.
with due as materialized (
    select id
    from (
        select w.id, w.rank, s.at,
               row_number() over (
                   partition by w.rank, w.person order by w.id) as place
        from outbox as w
        left join served as s on (s.lane, s.person) = (w.lane, w.person)
        where w.state = 'queued' and w.lane = $5 and w.available_at <= $1
          and not (w.lane = 'voice' and w.kind = 'page' and exists (
              select from outbox as c
              where c.person = w.person and c.lane = 'voice' and c.kind in ('page', 'bridge')
                and c.state in ('sending', 'sent') and coalesce(c.settled_at, c.lease_until) > $7))
    ) as waiting
    order by rank, place, at nulls first, id
    limit $2
)
update outbox as o
set state = 'sending', lease = $4, lease_until = $3, tries = o.tries + 1,
    provider = coalesce(o.provider, $6)
from due
where o.id = due.id and o.state = 'queued'
returning o.id, o.key, o.case_id, o.kind, o.channel, o.person, o.turn, o.method, o.attempt, o.rank,
          o.payload, o.created_at, o.available_at, o.give_up_at, o.lease_until, o.lease, o.tries,
          o.unclear, o.begun_at, o.bundle, o.text, o.provider;

-- name: waiting_beside
-- What else waits for these people on a lane and has certainly not left, and the rest of these
-- bundles of which nobody is sure.
select o.id, o.key, o.case_id, o.kind, o.channel, o.person, o.turn, o.method, o.attempt, o.rank,
       o.payload, o.created_at, o.available_at, o.give_up_at, o.lease_until, o.lease, o.tries,
       o.unclear, o.begun_at, o.bundle, o.text, o.provider
from outbox as o
where o.state = 'queued' and o.lane = $1 and o.available_at <= $2 and o.kind = 'page'
  and (o.bundle = any($4::bigint[])
       or (o.bundle is null and not o.unclear and o.person = any($3::text[])
           and (o.tries = 0 or o.give_up_at > $2)))
order by o.rank, o.available_at, o.id
for update of o skip locked;

-- name: bundle_up
-- Lease what goes along, and note who carries it and what it says.
update outbox as o
set state = 'sending', lease = $2, lease_until = $3, bundle = b.bundle, text = b.text,
    tries = o.tries + case when o.state = 'queued' then 1 else 0 end,
    provider = coalesce(o.provider, $4)
from unnest($1::bigint[], $5::bigint[], $6::text[]) as b (id, bundle, text)
where o.id = b.id;

-- name: note_served
-- Who has just been served.
insert into served (lane, person, at)
select $1, unnest($2::text[]), $3
on conflict (lane, person) do update set at = excluded.at;

-- name: slow_down
-- The sender does not send before then.
insert into pacing (sender, free_at)
values ($1, $2)
on conflict (sender) do update set free_at = greatest(pacing.free_at, excluded.free_at);

-- name: waiting_for_pace
-- What waits on the paced lanes: how many, for how many phones, how many of the most severe.
select lane, count(*) as waiting, count(distinct person) as phones,
       count(*) filter (where rank <= 0) as worst
from outbox
where state = 'queued' and lane = any($1::text[]) and available_at <= $2
group by lane;

-- name: latest_pace
-- Until when the busiest sender is busy.
select max(free_at) from pacing;
