"""How patiently Twilio is asked to call us.

A connection override in the fragment: three tries, on any failure and not only when connecting
fails: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
"""

PATIENCE = "#rc=3&rp=all"
