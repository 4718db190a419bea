-- Texts that wait for the case they are about are looked for with every look of the worker.
create index hotline_questions_waiting on hotline_questions (asked_at)
    where body->>'word' = 'more';
