"""The shell around the domain."""

VERSION = "0.1.0"
