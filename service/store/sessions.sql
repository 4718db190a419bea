-- name: insert_session
-- Somebody is signed in.
insert into sessions (digest, kind, person, token, proof, opened_at, ends_at)
values ($1, $2, $3, $4, $5, $6, $7);

-- name: session_by_digest
-- The session with this digest, as long as it lasts and its token holds.
select s.kind, s.person, s.proof, s.ends_at, t.name as token_name, t.role as token_role,
       t.person as token_person
from sessions as s
left join tokens as t on t.id = s.token and t.revoked_at is null
where s.digest = $1 and s.ends_at > $2 and (s.token is null or t.id is not null);

-- name: end_session
-- Nobody is signed in with it any more.
delete from sessions where digest = $1;

-- name: drop_sessions
-- Sessions that are over are forgotten.
delete from sessions where ends_at <= $1;
