-- Cases and all that follows from them. No column reads a clock: every instant is given.

create sequence case_numbers;

create table cases (
    id          text primary key,
    source      text not null,
    ticket      text not null,
    account     text,
    plan        text not null,
    severity    text not null,
    rank        smallint not null,
    state       text not null check (state in (
        'held', 'paging', 'exhausted', 'acknowledged', 'snoozed', 'waiting', 'engineering',
        'resolved', 'closed')),
    owner       text,
    stage       text check (stage in (
        'queued', 'reviewing', 'confirmed', 'planned', 'tested', 'released', 'returned')),
    policy      text not null,
    opened_at   timestamptz not null,
    updated_at  timestamptz not null,
    wake_at     timestamptz,
    body        json not null,
    unique (source, ticket),
    -- A case never goes quiet by itself: every open one has an instant it wakes at.
    constraint open_cases_wake check ((state = 'closed') = (wake_at is null))
);
create index cases_wake on cases (wake_at) where wake_at is not null;
create index cases_listed on cases (opened_at desc, id desc);
create index cases_live on cases (state, opened_at desc, id desc)
    where state not in ('resolved', 'closed');
create index cases_account on cases (account, opened_at desc) where account is not null;
create index cases_stage on cases (stage, rank, opened_at) where state = 'engineering';

create table timeline (
    id       bigint generated always as identity primary key,
    case_id  text not null references cases (id) on delete cascade,
    at       timestamptz not null,
    kind     text not null,
    text     text not null,
    person   text,
    due_at   timestamptz,
    data     json
);
create index timeline_case on timeline (case_id, id);

-- One person, one turn of a case, and the code that names it on that person's phones.
create table pages (
    case_id    text not null references cases (id) on delete cascade,
    turn       integer not null,
    person     text not null,
    code       text not null,
    state      text not null check (state in (
        'open', 'acknowledged', 'declined', 'unreachable', 'expired', 'stood_down')),
    opened_at  timestamptz not null,
    live       boolean not null default true,
    primary key (case_id, turn, person)
);
create unique index pages_code on pages (person, code) where live;
create index pages_person on pages (person, opened_at desc);

-- What the world should do, written with the decision that wants it. The key is natural:
-- case/turn/person/method/attempt for a page, case/write/number for a write-back. A lane for each
-- channel and one for the ticket systems, so that a slow one never stands in another's way.
create table outbox (
    id            bigint generated always as identity primary key,
    key           text not null unique,
    case_id       text references cases (id) on delete cascade,
    lane          text not null,
    kind          text not null check (kind in ('page', 'write', 'announce', 'cancel')),
    channel       text not null,
    person        text,
    turn          integer,
    method        text,
    attempt       integer,
    rank          smallint not null,
    payload       json not null,
    state         text not null default 'queued' check (state in (
        'queued', 'sending', 'sent', 'delivered', 'dead', 'cancelled')),
    created_at    timestamptz not null,
    available_at  timestamptz not null,
    give_up_at    timestamptz not null,
    lease_until   timestamptz,
    lease         uuid,
    tries         integer not null default 0,
    unclear       boolean not null default false,
    unwanted      boolean not null default false,
    begun_at      timestamptz,
    ref           text,
    receipt_rank  smallint not null default -1,
    receipt       text,
    said          text,
    settled_at    timestamptz
);
create index outbox_due on outbox (lane, rank, available_at, id) where state = 'queued';
create index outbox_leased on outbox (lease_until) where state = 'sending';
create index outbox_case on outbox (case_id, id);
create index outbox_ref on outbox (ref) where ref is not null;
-- What else was sent to an address: a listing of the provider does not tell one call from another.
create index outbox_address on outbox ((payload->>'to'), created_at) where ref is not null;

-- Every authentic webhook, as it came.
create table intake (
    id           bigint generated always as identity primary key,
    source       text not null,
    event_key    text not null,
    received_at  timestamptz not null,
    state        text not null check (state in ('stored', 'decided', 'ignored', 'dead')),
    urgency      smallint not null default 0,
    headers      json not null,
    body         bytea not null,
    case_id      text,
    said         text,
    decided_at   timestamptz,
    unique (source, event_key)
);
create index intake_stored on intake (urgency, id) where state = 'stored';
create index intake_dead on intake (id desc) where state = 'dead';
