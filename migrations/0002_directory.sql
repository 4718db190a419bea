-- Customers, people, policies, tokens: what decisions look things up in.

create table accounts (
    id          text primary key,
    body        json not null,
    updated_at  timestamptz not null
);

-- By what a customer is recognised: kind is ext:<source>, email, domain, phone or pin.
create table account_keys (
    kind     text not null,
    value    text not null,
    account  text not null references accounts (id) on delete cascade,
    primary key (kind, value, account)
);
create index account_keys_account on account_keys (account);

create table people (
    id          text primary key,
    body        json not null,
    updated_at  timestamptz not null
);

create table policies (
    id            text primary key,
    number        integer not null unique,
    source        text not null,
    document      json not null,
    effective_at  timestamptz not null,
    applied_by    text,
    created_at    timestamptz not null
);

create table schedule_overrides (
    id          text primary key,
    schedule    text not null,
    body        json not null,
    ends_at     timestamptz not null,
    created_by  text,
    created_at  timestamptz not null
);
create index schedule_overrides_ends on schedule_overrides (ends_at);

create table tokens (
    id          text primary key,
    digest      bytea not null unique,
    name        text not null,
    role        text not null check (role in (
        'viewer', 'responder', 'manager', 'admin', 'sales', 'csm')),
    person      text,
    created_at  timestamptz not null,
    revoked_at  timestamptz
);

-- One row each: a counter that moves when what processes keep in memory is stale, how far the
-- service's clock is ahead of the true one (development and test), when a sender may send next.
create table generations (
    name   text primary key,
    value  bigint not null
);
insert into generations (name, value) values ('book', 1);

create table clock (
    single  boolean primary key default true check (single),
    ahead   interval not null
);
insert into clock (ahead) values (interval '0');

create table pacing (
    sender   text primary key,
    free_at  timestamptz not null
);

create table audit (
    id      bigint generated always as identity primary key,
    at      timestamptz not null,
    who     text not null,
    what    text not null,
    detail  json
);

-- What each process has counted, so that any of them can answer for all (Prometheus samples).
create table measurements (
    process  text primary key,
    at       timestamptz not null,
    body     json not null
);
