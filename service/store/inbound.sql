-- name: inbound_answer
-- What a delivery was answered before, if it was.
select answer from inbound where key = $1;

-- name: keep_inbound
-- What a phone said and what it was answered.
insert into inbound (key, at, sender, text, answer) values ($1, $2, $3, $4, $5)
on conflict (key) do nothing;

-- name: replies_since
-- How many answers a number was given lately.
select count(*) from inbound where sender = $1 and at >= $2 and answer <> '';
