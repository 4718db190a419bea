"""A stand-in for Twilio: its REST API, its webhooks, its TwiML, and the phones at the other end.

It stands in for Twilio, not for our Twilio code. Whoever runs against it runs the very client,
signature check and TwiML that production runs; only the base address of the REST API differs.
"""
