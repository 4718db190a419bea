-- name: lock_cases_of_tickets
-- The cases of these tickets, locked in the order of their ids.
select id, body
from cases
where (source, ticket) in (select * from unnest($1::text[], $2::text[]))
order by id
for update;

-- name: lock_waiting_cases
-- Cases whose ticket has just been heard of, locked in the order of their ids.
select id, body from cases where id = any($1::text[]) order by id for update;

-- name: lock_case_and_twin
-- A case, and the case that its ticket has if that is another one, in the order of their ids.
select id, body from cases where id = $1 or (source, ticket) = ($2, $3) order by id for update;

-- name: cases_without_ticket
-- Which of these cases wait for the ticket that is being created for them at this source.
select c.id, c.account, o.payload->>'subject' as subject, o.payload->>'key' as key
from cases as c
join outbox as o on o.key = c.id || '/ticket'
where c.id = any($1::text[]) and c.source = 'hotline' and o.channel = $2;

-- name: ticket_of_case
-- Where a case's ticket is, its id there, and what people call it.
select source, ticket, coalesce(body->'ticket'->>'number', ticket) as number
from cases where id = $1;

-- name: lock_case
-- One case, locked until the transaction ends.
select id, body from cases where id = $1 for update;

-- name: lock_due_cases
-- The cases whose time has come and that nobody else is at, longest due first.
select id, body
from cases
where wake_at <= $1 and id <> all($3::text[])
order by wake_at
limit $2
for update skip locked;

-- name: lock_due_case
-- One of them, if its time has still come.
select id, body from cases where id = $1 and wake_at <= $2 for update;

-- name: due_cases
-- The same, only named.
select id
from cases
where wake_at <= $1 and id <> all($3::text[])
order by wake_at
limit $2;

-- name: case_numbers
-- So many fresh numbers; those of a transaction that fails are never used.
select nextval('case_numbers')::bigint from generate_series(1, $1::int);

-- name: insert_cases
-- New cases; one whose ticket has a case by now is left out of the answer.
insert into cases (id, source, ticket, account, plan, severity, rank, state, owner, stage, policy,
                   opened_at, updated_at, wake_at, body)
select *
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
            $7::smallint[], $8::text[], $9::text[], $10::text[], $11::text[], $12::timestamptz[],
            $13::timestamptz[], $14::timestamptz[], $15::json[])
on conflict (source, ticket) do nothing
returning id;

-- name: update_cases
-- Cases as the decision left them.
update cases as c
set source = u.source, ticket = u.ticket, account = u.account, plan = u.plan, severity = u.severity, rank = u.rank, state = u.state,
    owner = u.owner, stage = u.stage, updated_at = u.updated_at, wake_at = u.wake_at, body = u.body
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::smallint[], $6::text[], $7::text[],
            $8::text[], $9::timestamptz[], $10::timestamptz[], $11::json[], $12::text[],
            $13::text[])
         as u (id, account, plan, severity, rank, state, owner, stage, updated_at, wake_at, body,
               source, ticket)
where c.id = u.id;

-- name: insert_timeline
-- What happened and why.
insert into timeline (case_id, at, kind, text, person, due_at, data)
select *
from unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::timestamptz[],
            $7::json[]);

-- name: insert_pages
-- New pages, each with its code; one whose code is taken on that phone is left out of the answer.
insert into pages (case_id, turn, person, code, state, opened_at)
select *
from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
on conflict (person, code) where live do nothing
returning case_id, turn, person;

-- name: update_pages
-- Pages as the decision left them.
update pages as p
set state = u.state, live = p.live and u.live
from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::boolean[])
         as u (case_id, turn, person, state, live)
where (p.case_id, p.turn, p.person) = (u.case_id, u.turn, u.person);

-- name: codes_of_pages
-- The codes of pages opened earlier.
select case_id, turn, person, code
from pages
where (case_id, turn, person) in (select * from unnest($1::text[], $2::int[], $3::text[]));

-- name: release_codes
-- The codes of ended cases may be drawn again.
update pages set live = false where case_id = any($1::text[]) and live;

-- name: case_of_reply
-- The pages a reply may mean, the newest first.
select p.case_id, p.turn, p.person, p.code, p.state, p.opened_at, p.live, c.state as case_state,
       c.rank, coalesce(t.told, false) as told
from pages as p
join cases as c on c.id = p.case_id
left join lateral (
    select true as told
    from outbox as o
    where o.case_id = p.case_id and o.person = p.person and o.kind = 'page'
      and (o.state in ('sent', 'delivered') or o.unclear
           or (o.state = 'sending' and o.lease_until < $3))
    limit 1) as t on true
where p.person = any($1::text[]) and (p.live or p.opened_at >= $2)
order by p.opened_at desc, p.case_id desc
limit 4000;

-- name: next_wake
-- When the next case is due.
select min(wake_at) from cases where wake_at is not null;

-- name: next_wake_after
-- When the next case after this instant is due.
select min(wake_at) from cases where wake_at > $1;

-- name: case_by_id
-- One case, to read.
select id, source, ticket, account, plan, severity, rank, state, owner, stage, policy, opened_at,
       updated_at, wake_at, body
from cases
where id = $1;

-- name: bodies_of_cases
-- Several cases, to read.
select id, body from cases where id = any($1::text[]);

-- name: account_of_case
-- Whose case it is.
select account from cases where id = $1;

-- name: list_cases
-- A page of cases, the newest first, after a cursor.
select id, source, ticket, account, plan, severity, rank, state, owner, stage, policy, opened_at,
       updated_at, wake_at, body
from cases
where ($1::text[] is null or state = any($1))
  and ($2::text is null or severity = $2)
  and ($3::text is null or account = $3)
  and ($4::timestamptz is null or opened_at >= $4)
  and ($5::timestamptz is null or (opened_at, id) < ($5, $6::text))
  and ($8::text[] is null or account = any($8))
order by opened_at desc, id desc
limit $7;

-- name: timeline_of
-- A case's timeline from a line on.
select id, at, kind, text, person, due_at, data
from timeline
where case_id = $1 and id > $2
order by id
limit $3;

-- name: deliveries_of_cases
-- Every contact of these cases and what became of it.
select case_id, channel, person, turn, method, attempt, state, created_at, begun_at, settled_at,
       receipt, said, payload->>'to' as address
from outbox
where case_id = any($1::text[]) and kind = 'page'
order by id;

-- name: pages_of_cases
-- Every page of these cases.
select case_id, turn, person, code, state, opened_at
from pages
where case_id = any($1::text[])
order by turn, opened_at, person;

-- name: engineering_queue
-- The Sustained Engineering queue, the most severe first.
select c.id, c.source, c.ticket, c.account, c.plan, c.severity, c.rank, c.state, c.owner, c.stage,
       c.policy, c.opened_at, c.updated_at, c.wake_at, c.body
from cases as c
where c.state = 'engineering'
order by c.rank, c.opened_at
limit $1;

-- name: count_cases
-- How many cases there are in each state.
select state, count(*) as n from cases group by state;

-- name: open_pages_of
-- What is open for a person and was opened by then: the most severe first, each case once.
select case_id, turn, rank
from (
    select distinct on (p.case_id) p.case_id, p.turn, p.opened_at, c.rank
    from pages as p
    join cases as c on c.id = p.case_id
    where p.person = $1 and p.state = 'open' and p.opened_at <= $2
    order by p.case_id, p.turn desc) as open
order by rank, opened_at, case_id;
