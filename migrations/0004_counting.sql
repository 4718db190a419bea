-- Counting cases by state reads this, not every case there ever was.
create index cases_state on cases (state);
