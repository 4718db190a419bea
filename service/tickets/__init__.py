"""Ticket systems, one file each, both directions, no IO: verify, read, write, judge."""
