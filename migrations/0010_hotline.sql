-- The emergency hotline: calls as they are talked through, and promised call backs.
-- `answer` is the last document served, for a request that is repeated; `quiet_at` is when a caller
-- of whom nothing more was heard is taken to have hung up, in true time, as the telephone keeps it.

create table hotline_calls (
    id          text primary key,
    version     integer not null default 1,
    number      text,
    state       text not null check (state in (
        'greeting', 'identifying', 'entitling', 'confirming', 'connecting', 'bridged',
        'offering_callback', 'recording', 'ended')),
    account     text,
    case_id     text references cases (id) on delete set null,
    outcome     text,
    started_at  timestamptz not null,
    ended_at    timestamptz,
    quiet_at    timestamptz,
    seen_at     timestamptz,
    answer      bytea not null,
    body        json not null
);
create index hotline_calls_listed on hotline_calls (started_at desc, id desc);
create index hotline_calls_number on hotline_calls (number, started_at desc);
create index hotline_calls_quiet on hotline_calls (quiet_at) where quiet_at is not null;
create index hotline_calls_case on hotline_calls (case_id) where case_id is not null;

create table hotline_callbacks (
    id           text primary key,
    version      integer not null default 1,
    case_id      text not null references cases (id) on delete cascade,
    account      text,
    state        text not null check (state in (
        'promised', 'calling_responder', 'calling_customer', 'bridged', 'missed', 'done')),
    outcome      text,
    promised_at  timestamptz not null,
    deadline     timestamptz not null,
    wake_at      timestamptz,
    body         json not null
);
create index hotline_callbacks_listed on hotline_callbacks (promised_at desc, id desc);
create index hotline_callbacks_open on hotline_callbacks (case_id) where state <> 'done';

-- A call that brings a responder to a caller's line.
alter table outbox drop constraint outbox_kind_check;
alter table outbox add constraint outbox_kind_check
    check (kind in ('page', 'write', 'announce', 'cancel', 'bridge'));
