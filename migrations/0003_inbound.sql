-- What a phone told us and what it was answered: a repeated delivery gets the same answer and
-- changes nothing twice.
create table inbound (
    key     text primary key,
    at      timestamptz not null,
    sender  text not null,
    text    text not null,
    answer  text not null
);
create index inbound_at on inbound (at);
