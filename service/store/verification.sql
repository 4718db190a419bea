-- name: insert_verification
-- A code or a link that is about to be sent.
insert into verifications (id, person, method, channel, address, asked_by, created_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: replace_verifications
-- Whatever was sent before for this method proves nothing any more.
update verifications set state = 'replaced', settled_at = $3
where person = $1 and method = $2 and state = 'sent';

-- name: lock_person
-- One person, so that two who ask for a code at once are counted one after the other.
select body from people where id = $1 for update;

-- name: lock_address
-- The same for whoever asks for a code to one address.
select pg_advisory_xact_lock(hashtextextended($1, 20));

-- name: verifications_lately
-- When codes and links were sent to a person, for a method, to an address, the newest first.
select created_at, person = $1 as to_person, person = $1 and method = $2 as for_method,
       address = $3 as to_address
from verifications
where (person = $1 or address = $3) and created_at > $4
order by created_at desc
limit 200;

-- name: verification_by_id
-- One code or link that was sent.
select id, person, method, channel, address, state, tries, created_at, expires_at
from verifications
where id = $1;

-- name: latest_verification
-- The last code or link that was sent for a method, and what became of its message.
select v.id, v.person, v.method, v.channel, v.address, v.state, v.tries, v.created_at, v.expires_at,
       o.state as delivery, o.said
from verifications as v
left join outbox as o on o.key = 'verify/' || v.id
where v.person = $1 and v.method = $2
order by v.created_at desc, v.id
limit 1;

-- name: claim_try
-- One more try of a code, if one is left; counted before it is compared.
update verifications
set tries = tries + 1
where id = $1 and state = 'sent' and tries < $2 and expires_at > $3
returning tries;

-- name: exhaust_verification
-- All tries are used up.
update verifications set state = 'exhausted', settled_at = $2 where id = $1 and state = 'sent';

-- name: confirm_verification
-- The address is proven. A code or link does so once.
update verifications
set state = 'confirmed', settled_at = $2
where id = $1 and state = 'sent' and expires_at > $2
returning id;

-- name: proofs_of_people
-- The addresses of these people that were proven.
select person, method, channel, address
from verifications
where person = any($1::text[]) and state = 'confirmed';

-- name: revoke_proofs
-- Proofs of these people that hold no more: another address took the place, or somebody said so.
update verifications as v
set state = 'revoked', settled_at = $5
where v.person = any($1::text[]) and v.state in ('sent', 'confirmed')
  and not exists (
      select from unnest($2::text[], $3::text[], $4::text[]) as u (person, method, address)
      where (u.person, u.method, u.address) = (v.person, v.method, v.address));
