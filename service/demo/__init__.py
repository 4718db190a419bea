"""`heliograph demo`: the whole service on one machine, with nothing installed but our packages."""
