-- Who is signed in on the pages, and what colleagues ask of each other.
-- A session is known by the digest of its cookie. Its times are true ones: a clock that is moved in
-- development signs nobody out. `token` is the API token it was opened with, and ends with it;
-- `proof` is the digest of the bootstrap token; without either a signed link opened it.

create table sessions (
    digest     bytea primary key,
    kind       text not null check (kind in ('own', 'token', 'bootstrap', 'demo')),
    person     text,
    token      text references tokens (id) on delete cascade,
    proof      bytea,
    opened_at  timestamptz not null,
    ends_at    timestamptz not null,
    check ((kind = 'token') = (token is not null) and (kind = 'bootstrap') = (proof is not null))
);
create index sessions_ends on sessions (ends_at);
create index sessions_person on sessions (person) where person is not null;

-- What has expired is still 'open' here: it is told by `expires_at`, and nobody has to come by.
create table swap_requests (
    id          text primary key,
    schedule    text not null,
    asker       text not null,
    asked       text not null,
    state       text not null check (state in ('open', 'accepted', 'refused', 'withdrawn')),
    expires_at  timestamptz not null,
    asked_at    timestamptz not null,
    body        json not null
);
create index swap_requests_asker on swap_requests (asker, expires_at);
create index swap_requests_asked on swap_requests (asked, expires_at);

-- What is sent to a person about no case: a test of how he is reached, a colleague's request.
create index outbox_personal on outbox (person, id desc) where case_id is null;
-- What the console shows of provider trouble.
create index outbox_trouble on outbox (created_at) where state = 'dead';
create index hotline_calls_live on hotline_calls (started_at) where state <> 'ended';
