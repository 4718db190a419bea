"""HTTP: webhooks, Twilio, the API, health."""
