-- Proofs that an address is somebody's: each code or link that was sent, and what became of it.
-- No code is kept: it is made of the id and the SECRET_KEY, when it is sent and when it is tried.

create table verifications (
    id          text primary key,
    person      text not null,
    method      text not null,
    channel     text not null,
    address     text not null,
    state       text not null default 'sent' check (state in (
        'sent', 'replaced', 'exhausted', 'confirmed', 'revoked')),
    tries       smallint not null default 0,
    asked_by    text not null,
    created_at  timestamptz not null,
    expires_at  timestamptz not null,
    settled_at  timestamptz
);
create index verifications_method on verifications (person, method, created_at desc);
create index verifications_address on verifications (address, created_at desc);

-- A message that proves an address belongs to no case.
alter table outbox drop constraint outbox_kind_check;
alter table outbox add constraint outbox_kind_check
    check (kind in ('page', 'write', 'announce', 'cancel', 'bridge', 'verify'));
