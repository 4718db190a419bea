"""The policy language: from a document, whose every part knows its place, to values, and back."""
