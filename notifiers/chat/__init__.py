"""Pages in a team's chat."""
