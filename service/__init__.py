"""The shell around the domain."""
