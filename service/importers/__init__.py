"""Schedules of other systems, read from their exports for a person to review."""
