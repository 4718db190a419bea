"""The domain, pure: no IO, no clock, no randomness."""
