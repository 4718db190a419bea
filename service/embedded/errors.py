class EmbeddedError(Exception):
    """An embedded server cannot run. The message says what is safe and what to do."""


class InUse(EmbeddedError):
    """Another process runs the servers of this folder."""
