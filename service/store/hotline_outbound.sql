-- name: insert_hotline_bridge
-- A call from a case; left out of the answer where the person is in one already.
insert into hotline_bridges (id, case_id, person, state, outcome, asked_at, body)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict do nothing
returning id;

-- name: hotline_bridge
-- One call from a case.
select id, version, body from hotline_bridges where id = $1;

-- name: update_hotline_bridge
-- It as its step left it, unless somebody else was quicker.
update hotline_bridges
set version = version + 1, state = $3, outcome = $4, body = $5
where id = $1 and version = $2
returning id;

-- name: open_hotline_bridges
-- Calls from cases that are not over, with what is known of their two legs.
select b.id, b.body, r.state as responder_state, r.receipt as responder_receipt,
       c.state as contact_state, c.receipt as contact_receipt
from hotline_bridges as b
left join outbox as r on r.key = 'hotline/' || b.id || '/out/1'
left join outbox as c on c.key = 'hotline/' || b.id || '/contact/1'
where b.state <> 'ended'
order by b.asked_at
limit $1;

-- name: cancel_call
-- A call of this key that has not left is not made.
update outbox
set state = 'cancelled', settled_at = $2, said = 'nobody is left to be connected with'
where key = $1 and state = 'queued';

-- name: cancel_ringing_call
-- A call of this key that may be ringing is to be hung up.
insert into outbox (key, case_id, lane, kind, channel, rank, payload, created_at, available_at,
                    give_up_at)
select 'cancel/' || key, case_id, channel, 'cancel', channel, -1, json_build_object('ref', ref), $2,
       $2, $2::timestamptz + interval '2 minutes'
from outbox
where key = $1 and state = 'sent' and ref is not null
on conflict (key) do nothing;
