-- Messages that callers left. The sound is at Twilio, under the row's id; a row goes when its sound
-- has gone there. `case_id` may be without a case: a transcript can come before its recording.

create table hotline_recordings (
    id             text primary key,
    call_id        text not null,
    case_id        text references cases (id) on delete set null,
    account        text,
    seconds        integer not null default 0,
    recorded_at    timestamptz not null,
    transcript     text,
    transcript_id  text,
    tries          integer not null default 0,
    try_at         timestamptz
);
create index hotline_recordings_listed on hotline_recordings (recorded_at desc, id desc);
