-- name: generation
-- The counter that moves when what processes keep in memory is stale.
select value from generations where name = 'book';

-- name: bump_generation
-- What processes keep in memory is stale from the commit on.
update generations set value = value + 1 where name = 'book' returning value;

-- name: all_people
-- Everybody.
select id, body from people order by id;

-- name: person_by_id
-- One person.
select body from people where id = $1;

-- name: people_by_id
-- Several people.
select id, body from people where id = any($1::text[]);

-- name: list_people
-- People after an id.
select id, body from people where id > $1 order by id limit $2;

-- name: upsert_people
-- New or changed people.
insert into people (id, body, updated_at)
select u.id, u.body, $3
from unnest($1::text[], $2::json[]) as u (id, body)
on conflict (id) do update set body = excluded.body, updated_at = excluded.updated_at;

-- name: upsert_accounts
-- New or changed accounts.
insert into accounts (id, body, updated_at)
select u.id, u.body, $3
from unnest($1::text[], $2::json[]) as u (id, body)
on conflict (id) do update set body = excluded.body, updated_at = excluded.updated_at;

-- name: drop_account_keys
-- These accounts are found by nothing until their keys are written anew.
delete from account_keys where account = any($1::text[]);

-- name: insert_account_keys
-- By what accounts are found.
insert into account_keys (kind, value, account)
select * from unnest($1::text[], $2::text[], $3::text[])
on conflict do nothing;

-- name: shared_account_keys
-- Those of these keys that lead to more than one account and must not.
select kind, value, array_agg(account order by account) as accounts
from account_keys
where (kind, value) in (select * from unnest($1::text[], $2::text[]))
  and (kind in ('domain', 'pin') or kind like 'ext:%')
group by kind, value
having count(*) > 1
order by kind, value;

-- name: accounts_of_keys
-- The accounts that these keys name.
select k.kind, k.value, k.account, a.body
from account_keys as k
join accounts as a on a.id = k.account
where (k.kind, k.value) in (select * from unnest($1::text[], $2::text[]));

-- name: account_by_id
-- One account.
select body from accounts where id = $1;

-- name: all_accounts
-- Every account.
select id, body from accounts order by id;

-- name: list_accounts
-- Accounts after an id, those alone that a caller may see.
select id, body
from accounts
where id > $1 and ($3::text[] is null or id = any($3))
order by id
limit $2;

-- name: accounts_by_id
-- Several accounts.
select id, body from accounts where id = any($1::text[]);

-- name: count_directory
-- Whether anything was ever loaded.
select (select count(*) from people) as people, (select count(*) from accounts) as accounts,
       (select count(*) from policies) as policies;

-- name: insert_policy
-- A new policy version; versions never change.
insert into policies (id, number, source, document, effective_at, applied_by, created_at)
values ($1, $2, $3, $4, $5, $6, $7);

-- name: all_policies
-- Every policy version, oldest first.
select id, number, source, document, effective_at from policies order by number;

-- name: policy_heads
-- Every policy version without its text.
select id, number, effective_at, applied_by, created_at from policies order by number;

-- name: newest_policy
-- The policy version that was applied last, with its text.
select id, number, source, effective_at from policies order by number desc limit 1;

-- name: policy_by_id
-- One policy version.
select id, number, source, document, effective_at, applied_by, created_at
from policies
where id = $1;

-- name: live_overrides
-- Overrides that have not ended.
select id, schedule, body from schedule_overrides where ends_at > $1 order by created_at, id;

-- name: insert_override
-- A new override of a schedule.
insert into schedule_overrides (id, schedule, body, ends_at, created_by, created_at)
values ($1, $2, $3, $4, $5, $6);

-- name: delete_override
-- An override that is taken back.
delete from schedule_overrides where id = $1 and schedule = $2 returning body;

-- name: token_by_digest
-- The token with this digest, unless it was revoked.
select id, name, role, person from tokens where digest = $1 and revoked_at is null;

-- name: insert_token
-- A new token; only its digest is kept.
insert into tokens (id, digest, name, role, person, created_at) values ($1, $2, $3, $4, $5, $6);

-- name: revoke_token
-- The token opens nothing any more.
update tokens set revoked_at = $2 where id = $1 and revoked_at is null returning id;

-- name: all_tokens
-- Every token ever made; never what opens with it.
select id, name, role, person, created_at, revoked_at from tokens order by created_at, id;

-- name: accounts_of_csm
-- The accounts a person is the customer success manager of.
select id from accounts where body->>'csm' = $1 order by id;

-- name: read_clock
-- How far the service's clock is ahead of the true one.
select ahead from clock;

-- name: set_clock
-- Move the service's clock.
update clock set ahead = $1;

-- name: insert_audit
-- Who changed what.
insert into audit (at, who, what, detail) values ($1, $2, $3, $4);

-- name: put_measurements
-- What a process has counted so far.
insert into measurements (process, at, body)
values ($1, $2, $3)
on conflict (process) do update set at = excluded.at, body = excluded.body;

-- name: all_measurements
-- What every process has counted.
select process, at, body from measurements;

-- name: take_measurements
-- What processes left that have been silent since, and what was folded of those before them.
select process, body from measurements where at < $1 or process = $2 order by process for update;

-- name: drop_measurements
-- These rows have been folded into one.
delete from measurements where process = any($1::text[]);

-- name: live_absences
-- Absences that have not ended.
select person, body from absences where ends_at > $1 order by person, id;

-- name: absences_of
-- One person's absences that have not ended.
select body from absences where person = $1 and ends_at > $2 order by ends_at, id;

-- name: drop_absences
-- A person's calendar is read anew.
delete from absences where person = $1;

-- name: insert_absences
-- The absences of one person.
insert into absences (person, id, body, ends_at)
select $1, id, body, ends_at
from unnest($2::text[], $3::json[], $4::timestamptz[]) as one (id, body, ends_at);
