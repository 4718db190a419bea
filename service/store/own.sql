-- name: pages_of_person
-- A person's pages since an instant, the newest first, with their cases.
select p.case_id, p.turn, p.state, p.opened_at, c.state as case_state, c.body
from pages as p
join cases as c on c.id = p.case_id
where p.person = $1 and (p.live or p.opened_at >= $2)
order by p.opened_at desc, p.case_id desc
limit $3;

-- name: cases_of_owner
-- Live cases a person has.
select id, body
from cases
where state not in ('resolved', 'closed')
  and (owner = $1 or (state = 'engineering' and body->'engineering'->>'engineer' = $1))
order by rank, opened_at
limit $2;

-- name: trials_of_person
-- The tests a person sent himself, the newest first, and what became of each message.
select key, channel, method, state, receipt, said, created_at
from outbox
where person = $1 and case_id is null and kind = 'announce' and key like 'test/%'
order by id desc
limit $2;
