-- name: burning_cases
-- Live cases that are not in the Sustained Engineering queue, the most severe first; those alone of the accounts a caller may see.
select id, rank, owner, state, updated_at, body
from cases
where state not in ('resolved', 'closed') and state <> 'engineering'
  and ($1::text[] is null or account = any($1))
order by rank, opened_at
limit $2;

-- name: count_dead_letters
-- How many authentic webhooks nobody could read.
select count(*) from intake where state = 'dead';

-- name: live_hotline_calls
-- Calls that go on, the longest first.
select body
from hotline_calls
where state <> 'ended' and ($1::text[] is null or account = any($1))
order by started_at
limit $2;

-- name: open_hotline_callbacks
-- Promises that are not kept yet, the one that is due first.
select body
from hotline_callbacks
where state <> 'done' and ($1::text[] is null or account = any($1))
order by deadline
limit $2;

-- name: provider_trouble
-- What was refused for good since an instant, and what is being tried again, by channel. A call that nobody took is no fault of the provider.
select channel, count(*) filter (where state = 'dead') as dead,
       count(*) filter (where state = 'queued') as waiting,
       (array_agg(said order by id desc) filter (where said is not null))[1] as said
from (
    select id, channel, state, said from outbox
    where state = 'dead' and created_at >= $1 and coalesce(receipt, '') not in ('no-answer', 'busy')
    union all
    select id, channel, state, said from outbox where state = 'queued' and tries > 0
) as troubled
group by channel
order by channel;

-- name: is_paged_for
-- Whether a person was paged for a case, or has it.
select exists (select from pages where case_id = $1 and person = $2)
    or exists (select from cases where id = $1 and owner = $2);
