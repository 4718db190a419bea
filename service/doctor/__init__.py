"""`heliograph doctor`: looks at everything the service stands on, and says what to fix."""
