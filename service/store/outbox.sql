-- name: insert_outbox
-- Effects; one that is there already (a replay) stays as it is.
insert into outbox (key, case_id, lane, kind, channel, person, turn, method, attempt, rank, payload,
                    created_at, available_at, give_up_at)
select *
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[],
            $8::text[], $9::int[], $10::smallint[], $11::json[], $12::timestamptz[],
            $13::timestamptz[], $14::timestamptz[])
on conflict (key) do nothing;

-- name: cancel_queued
-- A case's contacts, or one person's, that have not left are not sent any more.
update outbox
set state = case when state = 'queued' then 'cancelled' else state end,
    unwanted = true,
    settled_at = case when state = 'queued' then $3::timestamptz else settled_at end,
    said = case when state = 'sent' then said else 'stood down before it was sent' end
where case_id = $1 and kind = 'page' and ($2::text is null or person = $2)
  and (state in ('queued', 'sending') or (state = 'sent' and bundle is not null));

-- name: cancel_ringing
-- A case's calls, or one person's, that may be ringing are to be hung up. A call that carries pages
-- of other cases rings on until the last of them is not wanted any more.
insert into outbox (key, case_id, lane, kind, channel, person, turn, method, attempt, rank, payload,
                    created_at, available_at, give_up_at, provider)
select 'cancel/' || key, case_id, channel, 'cancel', channel, person, turn, method, attempt, -1,
       json_build_object('ref', ref), $3, $3, $3::timestamptz + interval '2 minutes', provider
from outbox as o
where case_id = $1 and kind = 'page' and channel = 'voice' and state = 'sent'
  and ref is not null and ($2::text is null or person = $2)
  and not exists (
      select from outbox as other
      where other.bundle = o.bundle and other.state = 'sent' and not other.unwanted)
on conflict (key) do nothing;

-- name: unsent_turns
-- The cases of these turns of whose contacts none has left, while that is nobody's silence: the
-- step ended long ago (we were away), or some number sends as fast as it may (it waits its turn).
select o.case_id
from outbox as o
join unnest($1::text[], $2::int[], $3::boolean[]) as u (case_id, turn, late)
  on (u.case_id, u.turn) = (o.case_id, o.turn)
where o.kind = 'page' and (u.late or exists (select from pacing where free_at > $4))
group by o.case_id
having bool_and(o.state = 'queued' and o.tries = 0);

-- name: claim_outbox
-- Lease the most severe due rows of a lane to one sender.
-- A subquery in its place could be run again for each row, past its limit.
with due as materialized (
    select id
    from outbox
    where state = 'queued' and lane = $5 and available_at <= $1
    order by rank, available_at, id
    limit $2
    for update skip locked
)
update outbox as o
set state = 'sending', lease = $4, lease_until = $3, tries = o.tries + 1,
    provider = coalesce(o.provider, $6)
from due
where o.id = due.id
returning o.id, o.key, o.case_id, o.kind, o.channel, o.person, o.turn, o.method, o.attempt, o.rank,
          o.payload, o.created_at, o.available_at, o.give_up_at, o.lease_until, o.lease, o.tries,
          o.unclear, o.begun_at, o.bundle, o.text, o.provider;

-- name: claim_writes
-- Lease write-backs, those of one case in the order they were decided.
-- A subquery in its place could be run again for each row, past its limit.
with due as materialized (
    select id
    from outbox as w
    where state = 'queued' and lane = 'systems' and available_at <= $1
      and not exists (
          select from outbox as e
          where e.case_id = w.case_id and e.lane = 'systems' and e.id < w.id
            and e.state in ('queued', 'sending'))
    order by rank, available_at, id
    limit $2
    for update skip locked
)
update outbox as o
set state = 'sending', lease = $4, lease_until = $3, tries = o.tries + 1
from due
where o.id = due.id
returning o.id, o.key, o.case_id, o.kind, o.channel, o.person, o.turn, o.method, o.attempt, o.rank,
          o.payload, o.created_at, o.available_at, o.give_up_at, o.lease_until, o.lease, o.tries,
          o.unclear, o.begun_at, o.bundle, o.text, o.provider;

-- name: lapse_leases
-- A lease nobody settled: what became of it is unclear, so it is looked up before it is sent again.
update outbox
set state = case when unwanted then 'cancelled' else 'queued' end, unclear = true, lease = null,
    lease_until = null, available_at = $1, settled_at = case when unwanted then $1::timestamptz end
where state = 'sending' and lease_until <= $1
returning id;

-- name: settle_sent
-- The provider has it, with all it carries. Its receipt may have been quicker than its answer, and
-- knows more.
update outbox
set state = case when state = 'sending' then 'sent' else state end, ref = $3,
    settled_at = coalesce(settled_at, $4), lease = null, lease_until = null, unclear = false,
    said = null, begun_at = coalesce(begun_at, $5)
where id = any($1::bigint[]) and (lease = $2 or (lease is null and ref = $3))
returning unwanted;

-- name: settle_dead
-- It will not be sent.
update outbox
set state = 'dead', said = $3, settled_at = $4, lease = null, lease_until = null,
    begun_at = coalesce(begun_at, $5)
where id = $1 and lease = $2
returning id;

-- name: settle_done
-- It is done, or its goal was reached another way.
update outbox
set state = 'delivered', said = $3, settled_at = $4, lease = null, lease_until = null,
    begun_at = coalesce(begun_at, $5)
where id = $1 and lease = $2
returning id;

-- name: settle_again
-- It is to be tried again later, by that provider where one is given. What certainly did not leave
-- is no bundle any more: what waits by then may be another.
update outbox
set state = case when unwanted then 'cancelled' else 'queued' end, said = $3, available_at = $4,
    unclear = $5, lease = null, lease_until = null, begun_at = coalesce(begun_at, $6),
    settled_at = case when unwanted then $4::timestamptz end, provider = coalesce($7, provider),
    bundle = case when $5 then bundle end, text = case when $5 then text end
where id = any($1::bigint[]) and lease = $2
returning id;

-- name: bring_forward
-- What rests after so many tries need not rest any longer; whoever tried since knows better.
update outbox as o
set available_at = $3
from unnest($1::bigint[], $2::int[]) as u (id, tries)
where o.id = u.id and o.tries = u.tries and o.state = 'queued' and o.available_at > $3
returning o.id;

-- name: assign_provider
-- Who is to have it next.
update outbox set provider = $3 where id = any($1::bigint[]) and lease = $2;

-- name: return_leases
-- What was leased and not begun goes back, unless it is not wanted any more.
update outbox
set state = case when unwanted then 'cancelled' else 'queued' end, lease = null,
    lease_until = null, tries = tries - 1, settled_at = case when unwanted then $2::timestamptz end,
    bundle = case when unclear then bundle end, text = case when unclear then text end
where state = 'sending' and lease = any($1::uuid[]);

-- name: next_outbox
-- When the next row of each lane is due.
select lane, min(available_at) as due_at from outbox where state = 'queued' group by lane;

-- name: outbox_by_id
-- One row, to read.
select id, key, case_id, kind, channel, person, turn, method, attempt, state, ref, receipt_rank,
       receipt, payload, created_at, bundle, provider
from outbox
where id = $1;

-- name: row_of_page
-- The latest contact of a page.
select id, key, case_id, kind, channel, person, turn, method, attempt, state, ref, receipt_rank,
       receipt, payload, created_at, bundle, provider
from outbox
where case_id = $1 and turn = $2 and person = $3 and kind = 'page'
order by id desc
limit 1;

-- name: carried_rows
-- All that one text or call carries.
select id from outbox where bundle = $1 order by rank, id;

-- name: lock_receipt
-- One row, locked for its receipt.
select id, key, case_id, kind, channel, person, turn, method, attempt, state, ref, receipt_rank,
       receipt, created_at
from outbox
where id = $1
for update;

-- name: note_receipt
-- What the provider says of a delivery.
update outbox
set receipt = $2, receipt_rank = $3, ref = coalesce(ref, $6), settled_at = coalesce(settled_at, $5),
    state = $4, lease = null, lease_until = null
where id = $1;

-- name: refs_of_address
-- References of other deliveries to the same address.
select ref
from outbox
where ref is not null and kind in ('page', 'announce') and payload->>'to' = $1 and created_at >= $2;

-- name: outbox_health
-- How much waits, and since when the oldest of it is due.
select count(*) filter (where state in ('queued', 'sending')) as depth,
       min(available_at) filter (where state in ('queued', 'sending') and available_at <= $1) as oldest
from outbox
where state in ('queued', 'sending');

-- name: outbox_busy
-- Whether anything is due or on its way; a case that another is just waking is due still. Not due is
-- what stands behind something that lasts: a call behind the one its person is rung by, a note
-- behind one of its case that is to be tried later.
select exists (select from outbox where state = 'sending')
    or exists (
        select from outbox as w
        where w.state = 'queued' and w.available_at <= $1
          and not (w.lane = 'voice' and w.kind = 'page' and exists (
              select from outbox as c
              where c.person = w.person and c.lane = 'voice' and c.kind in ('page', 'bridge')
                and c.state = 'sent' and c.settled_at > $2))
          and not (w.lane = 'systems' and exists (
              select from outbox as e
              where e.case_id = w.case_id and e.lane = 'systems' and e.id < w.id
                and e.state = 'queued' and e.available_at > $1)))
    or exists (select from cases where wake_at <= $1);

-- name: busy_topics
-- What there is to do: lanes that have something to send, cases due soon, webhooks to be decided.
-- Each asks for the first of an index: asked whether any exists, tables that grow faster than their
-- statistics would be read whole.
select asked.topic
from unnest($1::text[]) as asked (topic)
cross join lateral (
    select from outbox
    where state = 'queued' and lane = asked.topic and available_at <= $2
    order by rank, available_at, id
    limit 1
) as due
union all
(select 'cases' from cases where wake_at <= $3 order by wake_at limit 1)
union all
(select 'stored' from intake where state = 'stored' order by urgency, id limit 1);
