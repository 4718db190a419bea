-- name: hotline_call
-- One call, with the last document it was served, and the counter of what processes keep in memory:
-- a row even where there is no such call.
select g.value as generation, h.version, h.seen_at, h.quiet_at, h.answer, h.body
from generations as g
left join hotline_calls as h on h.id = $1
where g.name = 'book';

-- name: hotline_heard
-- The waiting caller is there still. It may be lost with the machine, so it waits for no disk.
with quick as (select set_config('synchronous_commit', 'off', true))
update hotline_calls set quiet_at = $2 from quick where id = $1 and quiet_at < $2;

-- name: insert_hotline_call
-- A new call; one that is there by now is left out of the answer.
insert into hotline_calls (id, number, state, account, case_id, outcome, started_at, ended_at,
                           quiet_at, answer, body)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
on conflict (id) do nothing
returning id;

-- name: update_hotline_call
-- A call as its step left it, unless somebody else was quicker. Without a document it was not the
-- caller's telephone that asked, so nothing was heard of him.
update hotline_calls
set version = version + 1, number = $3, state = $4, account = $5, case_id = $6, outcome = $7,
    started_at = $8, ended_at = $9,
    quiet_at = case when $11::bytea is null and state = $4 then quiet_at else $10 end,
    answer = coalesce($11, answer), body = $12
where id = $1 and version = $2
returning id;

-- name: hotline_responder_seen
-- The responder who waits for the caller was heard of just now (true time).
update hotline_calls set seen_at = $2 where id = $1;

-- name: hotline_line
-- Callers who wait for an engineer, the first in line first.
select id from hotline_calls
where quiet_at is not null and state in ('connecting', 'offering_callback')
  and body->>'responder' is null
order by (body->>'waiting_since')::timestamptz, id;

-- name: hotline_place
-- How many callers have waited for longer than since an instant, and how many people were called
-- about a case.
select
    (select count(*) from hotline_calls
     where quiet_at is not null and state in ('connecting', 'offering_callback')
       and body->>'responder' is null and (body->>'waiting_since')::timestamptz < $1) as ahead,
    (select count(distinct person) from outbox where case_id = $2 and kind = 'page'
       and state <> 'cancelled') as rung;

-- name: hotline_calls_from
-- How often a number (null: hidden ones) called since an instant, and whether it was a customer's.
select count(*) as calls, coalesce(bool_or(account is not null), false) as proven
from hotline_calls where number is not distinct from $1 and started_at >= $2;

-- name: hotline_calls_of
-- How often an account called since an instant.
select count(*) from hotline_calls where account = $1 and started_at >= $2;

-- name: cases_people_are_at
-- Cases of the account that people are at now: the most severe first, then the newest.
select id, body->'ticket'->>'subject' as subject, opened_at
from cases
where account = $1 and state in ('paging', 'exhausted', 'acknowledged')
order by rank, opened_at desc, id
limit $2;

-- name: language_of_case
-- What the ticket of a case is written in, where its system says so.
select body->'ticket'->>'language' from cases where id = $1;

-- name: hotline_call_of_case
-- The call whose caller waits, or meets somebody, about a case.
select id
from hotline_calls
where case_id = $1 and state in ('connecting', 'offering_callback', 'bridged')
order by started_at
limit 1;

-- name: hotline_standing
-- Who has a case, with the latest call about it and the latest promise.
select c.owner, c.state not in ('resolved', 'closed') as live,
    (select body from hotline_calls where case_id = c.id order by started_at desc, id limit 1)
        as call,
    (select body from hotline_callbacks where case_id = c.id order by promised_at desc, id limit 1)
        as callback
from cases as c
where c.id = $1;

-- name: quiet_hotline_calls
-- Calls of which nothing was heard for too long (true time).
select id from hotline_calls where quiet_at <= $1 order by quiet_at limit $2;

-- name: owned_hotline_calls
-- Callers who wait while somebody owns their case and is not on the line.
select h.id, c.owner
from hotline_calls as h
join cases as c on c.id = h.case_id
where h.quiet_at is not null and h.state in ('connecting', 'offering_callback')
  and c.owner is not null and h.body->>'responder' is null and c.updated_at <= $1
limit $2;

-- name: hotline_helpers_called
-- Conversations into which somebody is being called, with what became of that call so far.
select h.id, h.body, o.state, o.receipt
from hotline_calls as h
left join outbox as o
  on o.key = 'hotline/' || h.id || '/' || $1::text || '/' || (h.body->>'help_legs')
where h.quiet_at is not null and h.state = 'bridged' and h.body->>'helper' is not null
limit $2;

-- name: hot_cases_of_account
-- The cases of an account that people are at, or that wait for it, the most severe first.
select id, body->'ticket'->>'subject' as subject, opened_at
from cases
where account = $1
  and state in ('paging', 'exhausted', 'acknowledged', 'engineering', 'waiting', 'snoozed')
order by rank, opened_at desc, id
limit $2;

-- name: hotline_cases_with
-- The open cases that calls and texts from a number began or joined, the latest first.
select c.id, c.body->'ticket'->>'subject' as subject, c.opened_at
from cases as c
join (select case_id, max(started_at) as at from hotline_calls
      where number = $1 and started_at >= $2 group by case_id) as h on h.case_id = c.id
where c.state not in ('resolved', 'closed')
order by h.at desc
limit $3;

-- name: language_of_caller
-- What was spoken in the latest call from a number since an instant.
select body->>'language' from hotline_calls
where number = $1 and started_at >= $2
order by started_at desc
limit 1;

-- name: open_among
-- Those of some cases that are open still.
select id from cases where id = any($1::text[]) and state not in ('resolved', 'closed');

-- name: hotline_call_with
-- The latest call from a number about a case.
select id from hotline_calls
where number = $1 and case_id = $2
order by started_at desc
limit 1;

-- name: text_emergencies_of
-- How many emergencies an account has begun by text since an instant, without one.
select count(*) from hotline_calls
where account = $1 and started_at >= $2 and outcome = 'text' and id <> $3;

-- name: hotline_question
-- What a number was asked back.
select body from hotline_questions where number = $1;

-- name: ask_hotline_question
-- It is asked now; an older question is forgotten.
insert into hotline_questions (number, asked_at, body)
values ($1, $2, $3)
on conflict (number) do update set asked_at = excluded.asked_at, body = excluded.body;

-- name: forget_hotline_question
-- It was answered, or is not waited for any more.
delete from hotline_questions where number = $1;

-- name: unanswered_hotline_questions
-- Texts that wait since before an instant for the case they are about.
select number, body from hotline_questions
where asked_at < $1 and body->>'word' = 'more'
order by asked_at
limit $2;

-- name: settle_hotline_question
-- A text is noted; what was asked since is waited for still.
delete from hotline_questions where number = $1 and asked_at = $2;

-- name: list_hotline_calls
-- A page of calls, the newest first, after a cursor.
select id, body
from hotline_calls
where ($1::timestamptz is null or (started_at, id) < ($1, $2::text))
  and ($3::text[] is null or account = any($3))
  and (not $5 or quiet_at is not null)
order by started_at desc, id desc
limit $4;

-- name: hotline_callback
-- One promised call back.
select id, version, body from hotline_callbacks where id = $1;

-- name: insert_hotline_callback
-- A new promise; a call makes one at most.
insert into hotline_callbacks (id, case_id, account, state, outcome, promised_at, deadline, wake_at,
                               body)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (id) do nothing;

-- name: update_hotline_callback
-- A promise as its step left it, unless somebody else was quicker.
update hotline_callbacks
set version = version + 1, state = $3, outcome = $4, wake_at = $5, body = $6
where id = $1 and version = $2
returning id;

-- name: open_callback_of_case
-- The oldest promise of a case that is not kept yet, of somebody who is not on the line himself.
select b.id
from hotline_callbacks as b
where b.case_id = $1 and b.state <> 'done' and not exists (
    select from hotline_calls as h
    where h.case_id = b.case_id and h.number = b.body->>'number' and h.quiet_at is not null
      and h.state in ('connecting', 'offering_callback', 'bridged'))
order by b.promised_at
limit 1;

-- name: open_callbacks_to
-- Promises of a case to call a number that are not kept yet; nobody else changes them meanwhile.
select id, version, body
from hotline_callbacks
where case_id = $1 and state <> 'done' and body->>'number' = $2
order by promised_at
for update;

-- name: promised_to
-- Whether a number was promised a call about a case that is not kept yet.
select exists (
    select from hotline_callbacks
    where case_id = $1 and state <> 'done' and body->>'number' = $2);

-- name: due_hotline_callbacks
-- Promises whose time has come, whose case has an owner now or another one, or is over. While somebody
-- calls that very number from the case it is waited for what becomes of it; while the customer is on
-- the line himself nobody is to call him.
select b.id, c.state not in ('resolved', 'closed') as live,
    case when not exists (
        select from hotline_calls as h
        where h.case_id = b.case_id and h.number = b.body->>'number' and h.quiet_at is not null
          and h.state in ('connecting', 'offering_callback', 'bridged')) then c.owner end as owner
from hotline_callbacks as b
join cases as c on c.id = b.case_id
where b.state <> 'done'
  and (b.wake_at <= $1 or c.state in ('resolved', 'closed')
       or (b.state = 'promised' and c.owner is not null and c.updated_at <= $2)
       or (b.state = 'calling_responder' and c.owner is distinct from b.body->>'person'))
  and not exists (
      select from hotline_bridges as o
      where o.case_id = b.case_id and o.state in ('calling_responder', 'calling_contact')
        and o.body->>'number' = b.body->>'number')
order by b.wake_at
limit $3;

-- name: list_hotline_callbacks
-- A page of promises, the newest first, after a cursor.
select id, body
from hotline_callbacks
where ($1::timestamptz is null or (promised_at, id) < ($1, $2::text))
  and ($3::text[] is null or account = any($3))
order by promised_at desc, id desc
limit $4;

-- name: hotline_report
-- The calls of a period, each with what became of its promise.
select coalesce(h.account, '') as account, coalesce(h.outcome, '') as outcome,
    coalesce((h.body->>'confirmed')::boolean, false) as confirmed, h.started_at,
    (h.body->>'met_at')::timestamptz as met_at, b.promised_at,
    (b.body->>'reached_at')::timestamptz as reached_at,
    (b.body->>'broken_at')::timestamptz as broken_at, coalesce(b.outcome, '') as promise
from hotline_calls as h
left join hotline_callbacks as b on b.id = h.id
where h.started_at >= $1 and h.started_at < $2 and ($3::text[] is null or h.account = any($3));
