"""The pages people look at: the console, a case, a person's own page."""
