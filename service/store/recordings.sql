-- name: keep_recording
-- A message that was left; its transcript may have come first.
insert into hotline_recordings (id, call_id, case_id, account, seconds, recorded_at)
values ($1, $2, $3, $4, $5, $6)
on conflict (id) do update
set case_id = excluded.case_id, account = excluded.account, seconds = excluded.seconds;

-- name: keep_transcript
-- What a message says. Answers nothing where it is known already.
insert into hotline_recordings (id, call_id, recorded_at, transcript_id, transcript)
values ($1, $2, $3, $4, $5)
on conflict (id) do update
set transcript_id = excluded.transcript_id, transcript = excluded.transcript
where hotline_recordings.transcript_id is distinct from excluded.transcript_id
returning id;

-- name: recording
-- One message.
select id, call_id, case_id, account, transcript_id from hotline_recordings where id = $1;

-- name: list_recordings
-- A page of messages, the newest first, after a cursor.
select id, call_id, case_id, account, seconds, recorded_at, transcript
from hotline_recordings
where $1::timestamptz is null or (recorded_at, id) < ($1, $2::text)
order by recorded_at desc, id desc
limit $3;

-- name: stale_recordings
-- Messages kept for long enough, those first whose turn it is to be tried.
select id, transcript_id, tries
from hotline_recordings
where recorded_at <= $1 and (try_at is null or try_at <= $2)
order by recorded_at
limit $3;

-- name: recording_gone
-- The sound is gone at Twilio, and with this the rest of it.
delete from hotline_recordings where id = $1 returning id;

-- name: recording_stays
-- Twilio could not be asked to delete it; it is asked again.
update hotline_recordings set tries = tries + 1, try_at = $2 where id = $1;
