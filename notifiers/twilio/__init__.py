"""SMS and voice through Twilio, or through anything that serves Twilio's REST API."""
