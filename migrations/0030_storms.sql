-- Storms and failing providers. What waits for one phone leaves as one text or call (`bundle` is the
-- row that carries the others, `text` what it says); `provider` is whose line a row was given to.
alter table outbox add column bundle bigint;
alter table outbox add column text text;
alter table outbox add column provider text;
create index outbox_bundle on outbox (bundle) where bundle is not null;
-- Who is being rung: one call for one person at a time.
create index outbox_ringing on outbox (person)
    where lane = 'voice' and state in ('sending', 'sent') and kind in ('page', 'bridge');

-- When each person was last served on a lane that is paced: of equals, whoever waited longest.
create table served (
    lane    text not null,
    person  text not null,
    at      timestamptz not null,
    primary key (lane, person)
);

-- Circuit breakers, one for each provider and channel; no row is a closed one that never failed.
-- `probe_at` is null while it is on trial. `pause` is in seconds.
create table circuits (
    provider   text not null,
    channel    text not null,
    failures   integer not null default 0,
    failed_at  timestamptz,
    opened_at  timestamptz,
    probe_at   timestamptz,
    pause      double precision not null default 0,
    why        text not null default '',
    primary key (provider, channel)
);
