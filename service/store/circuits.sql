-- name: all_circuits
-- Every circuit that has ever failed.
select provider, channel, failures, failed_at, opened_at, probe_at, pause, why from circuits;

-- name: lock_circuit
-- One circuit, locked; it is made where there is none.
insert into circuits (provider, channel)
values ($1, $2)
on conflict (provider, channel) do update set failures = circuits.failures
returning provider, channel, failures, failed_at, opened_at, probe_at, pause, why;

-- name: put_circuit
-- A circuit as it is now.
update circuits
set failures = $3, failed_at = $4, opened_at = $5, probe_at = $6, pause = $7, why = $8
where provider = $1 and channel = $2;

-- name: take_probe
-- The right to look at a provider whose pause is over; nobody else has it until then.
update circuits
set probe_at = $4
where provider = $1 and channel = $2 and probe_at <= $3
returning provider;
