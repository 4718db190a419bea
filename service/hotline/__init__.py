"""The hotline's shell: it loads, steps, saves and speaks. The conversation is `routing.hotline`.

Theory of operation. A call is a row. Every document served carries the number of its turn in the
addresses it names; a request for an older turn is a repetition and gets the last document again.
A row is written only over the version it was read in, and everything done for a step has a natural
key (the call's id and what it is), so two deliveries of one request do everything once. Nothing of
a call lives in a process, so any web process can serve its next request.
"""
