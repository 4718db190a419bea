"""Ticket systems behind HTTP that refuse what the real ones would refuse."""
