-- When people are away, by their own calendars: each row takes one person off every schedule.
create table absences (
    person   text not null,
    id       text not null,
    body     json not null,
    ends_at  timestamptz not null,
    primary key (person, id)
);
create index absences_ends on absences (ends_at);
