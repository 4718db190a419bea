-- Calls from a case: an engineer's telephone first, then the contact's. And what a text was asked
-- back, until the answer comes: one question for a number at a time.

create table hotline_bridges (
    id         text primary key,
    version    integer not null default 1,
    case_id    text not null references cases (id) on delete cascade,
    person     text not null,
    state      text not null check (state in (
        'calling_responder', 'calling_contact', 'bridged', 'ended')),
    outcome    text,
    asked_at   timestamptz not null,
    body       json not null
);
create index hotline_bridges_case on hotline_bridges (case_id, asked_at desc);
-- One call at a time for each of us.
create unique index hotline_bridges_open on hotline_bridges (person) where state <> 'ended';

create table hotline_questions (
    number    text primary key,
    asked_at  timestamptz not null,
    body      json not null
);
