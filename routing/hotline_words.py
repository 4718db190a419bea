"""What the hotline says and texts: the shipped words, each of which a policy may replace.

The English is here and says which prompts there are; other languages have modules of their own, and
`hotline_telling` makes sentences of them.
Placeholders are in braces. A case number is spelt so that it can be written down. A text never has
a carrier's keyword (STOP, CANCEL, END) as its answer.
"""

from __future__ import annotations

from collections.abc import Mapping

from routing.case import State
from routing.phrases import DUE, OVERDUE, PROMISES

PIN_SECONDS, KEY_SECONDS, HOLD_SECONDS, POLL_SECONDS = 8, 8, 4, 2
"""How long keys are waited for; how often a waiting caller and a waiting engineer are looked at.
Our hold music is as long as the third."""
RING_SECONDS = 25
"""Shorter than most mailboxes take to answer."""
WORDS: Mapping[str, str] = {
    "greeting": "{greeting} This line is for emergencies. Calls may be recorded.",
    "ask_pin": "Please enter your support PIN, then the hash key.",
    "wrong_pin": "That PIN is not known here.",
    "no_pin": "No PIN was entered.",
    "language": "For English, press {key} and then hash.",
    "unidentified": "We could not find your account.",
    "reach": "Please open a request in your support portal{portal}. Goodbye.",
    "not_entitled": (
        "We are sorry: the emergency line is not part of your plan. {why} We are texting you the "
        "way to our portal, where we will gladly help."
    ),
    "leave_message": (
        "Please leave a message after the tone, with your name, company and number. "
        "Press hash when you are done."
    ),
    "confirm": (
        "If your production system is down or your data is at risk, and there is no workaround, "
        "press 1. For anything else, press 2."
    ),
    "about_case": "Is it about case {case:spelt}? Press 1. For a new emergency, press 9.",
    "about_one": "Is it about case {case:spelt}, {about}? Press {key}.",
    "about_else": "For a new emergency, press 9.",
    "no_keys": "No key was pressed.",
    "portal": (
        "For anything but an emergency please use our support portal{portal}. We are texting you "
        "the way. Goodbye."
    ),
    "case_number": "Your case number is {case:spelt}. We are texting it to you.",
    "connecting": "We are calling the engineer on call now. Please stay on the line.",
    "progress": (
        "You are {place} in line; we are ringing {whom}. You have waited for {minutes}. "
        "Please hold."
    ),
    "connected": "An engineer is on the line. Connecting you now.",
    "offer": (
        "Nobody could answer yet, and we go on calling. Press 1, and an engineer calls this number "
        "within {minutes}, before {deadline}. Press 2 to leave a message. Or stay on the line."
    ),
    "offer_message": (
        "Nobody could answer yet, and we go on calling. Press 2 to leave a message with a number. "
        "Or stay on the line."
    ),
    "stay": "Thank you for waiting. We go on calling.",
    "promised": (
        "An engineer will call this number before {deadline}. Your case number is {case:spelt}. "
        "Goodbye."
    ),
    "over": "The engineer has left the call. Your case number is {case:spelt}. Goodbye.",
    "thanks": "Thank you. Your case number is {case:spelt}. Goodbye.",
    "goodbye": "Goodbye.",
    "trouble": "We have a fault of our own and are connecting you another way. Please hold.",
    "trouble_message": (
        "We have a fault of our own. Please leave a message with your company and number after the "
        "tone; an engineer will hear it."
    ),
    "trouble_responder": "We have a fault of our own. Please stay on the line.",
    "trouble_over": (
        "We cannot connect you now. The case is in your texts and in the console. Goodbye."
    ),
    "trouble_contact": "One moment, please.",
    "trouble_contact_over": (
        "We are sorry: an engineer of ours called you, and we have a fault of our own and cannot "
        "connect you now. Please call us if it is urgent. Goodbye."
    ),
    "trouble_back": (
        "{greeting} This is the call you were promised. Press 1 to speak with the engineer."
    ),
    "whisper": (
        "Emergency call from {account}, {plan}, case {case:spelt}. The customer is on the line. "
        "Press 1 to be connected."
    ),
    "whisper_back": (
        "{account}, {plan}, case {case:spelt}, was promised a call before {deadline}. "
        "Press 1 and we call the customer now."
    ),
    "bringing": "Connecting you with the customer.",
    "dialling": "Calling the customer now.",
    "caller_gone": "The customer has hung up. Nobody is left to be connected with. Goodbye.",
    "has_caller": "{who} has taken the call with the customer. Thank you. Goodbye.",
    "has_spoken": "{who} has spoken with the customer. Thank you. Goodbye.",
    "has_case": "{who} has the case now, so you were not connected. Thank you. Goodbye.",
    "not_yours": "The case is not yours any more, so you were not connected. Goodbye.",
    "case_over": "The case is over, so nobody is called about it any more. Thank you. Goodbye.",
    "other_line": "Another line of yours has the customer already. Goodbye.",
    "missed": "The customer did not answer. We try again in some minutes and call you first.",
    "no_key": "No key was pressed, so you were not connected. Goodbye.",
    "answer_back": (
        "{greeting} This is the call you were promised about case {case:spelt}. "
        "Press 1 to speak with the engineer."
    ),
    "one_moment": "One moment, please.",
    "colleague": "The engineer is bringing in a colleague. Please hold; it does not take long.",
    "helping": (
        "Calling {who}. Press 1 to go back to the customer at once, or stay to hear who takes it."
    ),
    "helped": "{who} has taken the call. Connecting all of you.",
    "nobody_came": (
        "Nobody else could be reached. The case is escalated. Going back to the customer."
    ),
    "customer_left": "The customer has left the call. Goodbye.",
    "whisper_help": (
        "{asker} asks for your help in an emergency call: {account}, {plan}, case {case:spelt}. "
        "The customer is on the line. Press 1 to join."
    ),
    "whisper_out": (
        "You asked to call {who} about case {case:spelt}. Press 1, and we call them now."
    ),
    "calling_out": "Calling {who}. Please hold.",
    "greeting_out": (
        "{greeting} An engineer of ours calls you about case {case:spelt}. Connecting you now."
    ),
    "out_gone": "We are sorry: the engineer who called you has left the line. Goodbye.",
    "call_over": "The call is over, or somebody else has joined it. Thank you. Goodbye.",
    "nobody_came_text": (
        "{case}: nobody else could be reached for your call. The case is escalated."
    ),
    "portal_text": "This line is for emergencies. For anything else please use our portal{portal}.",
    "not_entitled_text": (
        "The emergency line is not part of your plan. Our portal{portal} is the way to reach us."
    ),
    "case_text": (
        "{case} is open and our engineer on call is being paged. Reply here to add information, "
        "STATUS to ask, FALSE ALARM if it is none."
    ),
    "ticket_number": "Your ticket number is {ticket:spelt}. We are texting it to you.",
    "ticket_text": "{case} is ticket {ticket} in our system. Reply here to add information.",
    "callback_text": "{case}: an engineer will call you before {deadline}. Reply STATUS to ask.",
    "dropped_text": (
        "{case} is open and we go on paging. An engineer will call you before {deadline}. "
        "Reply FALSE ALARM if it is none."
    ),
    "message_text": "Thank you for your message. It is with us as {case}.",
    "missed_text": "{case}: we called and could not reach you. We try again before long.",
    "given_up_text": "{case}: we could not reach you. Please call {number} again when you can.",
    "stranger_text": (
        "This number is for customers of ours. In an emergency call {number} and have your PIN "
        "ready; for anything else please use our portal{portal}."
    ),
    "no_case_text": (
        "You have no open case. In an emergency call {number}; for anything else please use our "
        "portal{portal}."
    ),
    "which_text": "Which case is it about: {cases}? Reply with its number in this list.",
    "kept_text": (
        "You did not say which case it is about, so we noted it on {case}. If it is about another, "
        "write again and begin with its name: {cases}."
    ),
    "emergency_text": (
        "Is production down or data at risk, with no workaround? Reply EMERGENCY within 10 minutes "
        "and we page an engineer. For anything else please use our portal{portal}."
    ),
    "emergency_again_text": (
        "A new emergency, and not about {cases}? Reply EMERGENCY within 10 minutes and we page an "
        "engineer. To add to an open case just write."
    ),
    "many_texts_text": "We have had many texts from this number. In an emergency call {number}.",
    "status_text": "{case} is {state}: {owner}. {due} {promise}",
    "doubt_text": "Close {case} as a false alarm? Reply FALSE ALARM once more within 10 minutes.",
    "false_alarm_text": "{case} is closed as a false alarm. Nobody is called for it any more.",
    "noted_text": "Noted on {case}. Reply STATUS to ask, or call {number} in an emergency.",
    "noted_among_text": (
        "Noted on {case}. For another case begin with its name: {cases}. Reply STATUS to ask, or "
        "call {number} in an emergency."
    ),
    "suspended": "{account} is suspended.",
    "expired": "{account} is expired.",
    "not_in_plan": "{plan} does not include hotline.",
    "not_for_severity": "{plan} takes hotline for {severities} only; this is {severity}.",
    "about": "{subject}, opened {time}",
    "no_subject": "no subject",
    "nobody_known": "an unidentified caller",
    "place_1": "first",
    "place_2": "second",
    "place_3": "third",
    "place": "number {number}",
    "first_engineer": "the engineer on call",
    "next_engineer": "the next engineer",
    "minute": "1 minute",
    "minutes": "{count} minutes",
    "day": "{day} {month} {time}",
    "months": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "owned": "an engineer has it",
    "sought": "we are calling our engineers",
    "due": DUE,
    "overdue": OVERDUE,
    "reply": PROMISES["reply"],
    "update": PROMISES["update"],
    "fix": PROMISES["fix"],
    "promise": "An engineer calls you before {deadline}.",
    **{state.value: state.value.replace("_", " ") for state in State},
}
"""In English. The last of them are what stands in places of the others."""
STAFF = frozenset(
    {
        "trouble_responder", "trouble_over", "whisper", "whisper_back", "bringing", "dialling",
        "caller_gone", "missed", "no_key", "helping", "helped", "nobody_came", "customer_left",
        "whisper_help", "whisper_out", "calling_out", "call_over", "nobody_came_text",
        "nobody_known", "has_caller", "has_spoken", "has_case", "not_yours", "case_over",
        "other_line",
    }
)  # fmt: skip
"""What engineers alone hear and read, in the policy's own language."""
