"""iCalendar feeds; the only room that speaks iCalendar."""
