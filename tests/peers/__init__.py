"""Recorded answers of other on-call products, asked of our engine.

Each module translates one peer's definitions into our values and compares the answers. Where we
answer otherwise on purpose, `verdict.CHOICES` says why; it is never a single case that is excused,
but a reading of time that the case depends on.
"""
