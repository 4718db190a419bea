"""iCalendar: shifts out as feeds, absences in."""
