"""Which TwiML elements exist, what they may carry and what may stand inside them.

Transcribed from the verbs of twilio-python 9.13 (no current schema is public). Twilio itself only
warns of a misspelt attribute (12200) and then ignores it, which is why we check.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Element:
    attributes: frozenset[str] = frozenset()
    children: frozenset[str] = frozenset()
    text: bool = False


def _element(attributes: str = "", children: str = "", *, text: bool = False) -> Element:
    return Element(frozenset(attributes.split()), frozenset(children.split()), text)


VOICE: Mapping[str, Element] = {
    "Response": _element(
        children=(
            "Connect Dial Echo Enqueue Gather Hangup Leave Pause Pay Play Prompt Queue "
            "Record Redirect Refer Reject Say Sms Start Stop"
        ),
    ),
    "Connect": _element(
        "action method",
        (
            "AiSession Autopilot Conversation ConversationRelay ConversationRelaySession "
            "Room Stream VirtualAgent"
        ),
    ),
    "AiSession": _element("aiConnector aiSessionConfiguration"),
    "Autopilot": _element(text=True),
    "Conversation": _element(
        (
            "inboundAutocreation inboundTimeout method record recordingStatusCallback "
            "recordingStatusCallbackEvent recordingStatusCallbackMethod "
            "routingAssignmentTimeout serviceInstanceSid statusCallback statusCallbackEvent "
            "statusCallbackMethod trim url"
        ),
    ),
    "ConversationRelay": _element(
        (
            "applicationReconnect asrSmartFormat backgroundNoiseReduction customerName "
            "debug deepgramSmartFormat dtmfDetection eagerEotThreshold echoPromptFiltering "
            "elevenlabsLanguageTextNormalization elevenlabsTextNormalization events hints "
            "ignoreBackchannel includeInPrompt intelligenceService interruptSensitivity "
            "interruptible language partialPromptOnHangup partialPrompts preemptible "
            "profanityFilter reportInputDuringAgentSpeech speechModel speechTimeout "
            "transcriptionLanguage transcriptionProvider ttsLanguage "
            "ttsLanguageTextNormalization ttsProvider ttsTextNormalization turnDetection "
            "url voice welcomeGreeting welcomeGreetingInterruptible"
        ),
        "Language Parameter",
    ),
    "Language": _element(
        (
            "asrSmartFormat code hints speechModel transcriptionProvider "
            "ttsLanguageTextNormalization ttsProvider ttsTextNormalization voice"
        ),
    ),
    "Parameter": _element("name value"),
    "ConversationRelaySession": _element("connector sessionConfiguration"),
    "Room": _element("participantIdentity", text=True),
    "Stream": _element(
        ("audioFormat connectorName name sampleRate statusCallback statusCallbackMethod track url"),
        "Parameter",
    ),
    "VirtualAgent": _element(
        "connectorName language sentimentAnalysis statusCallback statusCallbackMethod",
        "Config Parameter",
    ),
    "Config": _element("name value"),
    "Dial": _element(
        (
            "action answerOnBridge callerId events hangupOnStar method passports record "
            "recordingConfigurationId recordingStatusCallback recordingStatusCallbackEvent "
            "recordingStatusCallbackMethod recordingTrack referMethod referUrl ringTone "
            "sequential timeLimit timeout trim"
        ),
        "Application Client Conference Number Queue Sim Sip WhatsApp",
        text=True,
    ),
    "Application": _element(
        (
            "copyParentTo customerId method statusCallback statusCallbackEvent "
            "statusCallbackMethod url"
        ),
        "ApplicationSid Parameter",
        text=True,
    ),
    "ApplicationSid": _element(text=True),
    "Client": _element(
        "method statusCallback statusCallbackEvent statusCallbackMethod url",
        "Identity Parameter",
        text=True,
    ),
    "Identity": _element(text=True),
    "Conference": _element(
        (
            "beep coach endConferenceOnExit eventCallbackUrl jitterBufferSize "
            "maxParticipants muted participantLabel record recordingConfigurationId "
            "recordingStatusCallback recordingStatusCallbackEvent "
            "recordingStatusCallbackMethod region startConferenceOnEnter statusCallback "
            "statusCallbackEvent statusCallbackMethod trim waitMethod waitUrl"
        ),
        text=True,
    ),
    "Number": _element(
        (
            "amdStatusCallback amdStatusCallbackMethod byoc machineDetection "
            "machineDetectionSilenceTimeout machineDetectionSpeechEndThreshold "
            "machineDetectionSpeechThreshold machineDetectionTimeout method sendDigits "
            "statusCallback statusCallbackEvent statusCallbackMethod url"
        ),
        text=True,
    ),
    "Queue": _element("method postWorkActivitySid reservationSid url", text=True),
    "Sim": _element(text=True),
    "Sip": _element(
        (
            "amdStatusCallback amdStatusCallbackMethod machineDetection "
            "machineDetectionSilenceTimeout machineDetectionSpeechEndThreshold "
            "machineDetectionSpeechThreshold machineDetectionTimeout method password "
            "statusCallback statusCallbackEvent statusCallbackMethod url username"
        ),
        "Headers Uri",
        text=True,
    ),
    "Headers": _element(children="Header"),
    "Header": _element("name value"),
    "Uri": _element("password priority username weight", text=True),
    "WhatsApp": _element(
        "method statusCallback statusCallbackEvent statusCallbackMethod url",
        text=True,
    ),
    "Echo": _element(),
    "Enqueue": _element(
        "action maxQueueSize method waitUrl waitUrlMethod workflowSid",
        "Task",
        text=True,
    ),
    "Task": _element("priority timeout", text=True),
    "Gather": _element(
        (
            "action actionOnEmptyResult bargeIn debug enhanced finishOnKey hints input "
            "language maxSpeechTime method numDigits partialResultCallback "
            "partialResultCallbackMethod profanityFilter speechModel speechTimeout timeout"
        ),
        "Pause Play Say",
    ),
    "Pause": _element("length"),
    "Play": _element("digits loop", text=True),
    "Say": _element(
        "language loop voice",
        "break emphasis lang p phoneme prosody s say-as sub w",
        text=True,
    ),
    "break": _element("strength time"),
    "emphasis": _element("level", "break emphasis lang phoneme prosody say-as sub w", text=True),
    "lang": _element("xml:lang", "break emphasis lang p phoneme prosody s say-as sub w", text=True),
    "p": _element(children="break emphasis lang phoneme prosody s say-as sub w", text=True),
    "phoneme": _element("alphabet ph", text=True),
    "prosody": _element(
        "pitch rate volume",
        "break emphasis lang p phoneme prosody s say-as sub w",
        text=True,
    ),
    "s": _element(children="break emphasis lang phoneme prosody say-as sub w", text=True),
    "say-as": _element("format interpret-as", text=True),
    "sub": _element("alias", text=True),
    "w": _element("role", "break emphasis phoneme prosody say-as sub", text=True),
    "Hangup": _element(children="Parameter"),
    "Leave": _element(),
    "Pay": _element(
        (
            "action bankAccountType chargeAmount currency description input language "
            "maxAttempts minPostalCodeLength paymentConnector paymentMethod postalCode "
            "securityCode statusCallback statusCallbackMethod timeout tokenType "
            "validCardTypes"
        ),
        "Parameter Prompt",
    ),
    "Prompt": _element("attempt cardType errorType for requireMatchingInputs", "Pause Play Say"),
    "Record": _element(
        (
            "action finishOnKey maxLength method playBeep recordingConfigurationId "
            "recordingStatusCallback recordingStatusCallbackEvent "
            "recordingStatusCallbackMethod timeout transcribe transcribeCallback trim"
        ),
    ),
    "Redirect": _element("method", text=True),
    "Refer": _element("action method", "Sip"),
    "Reject": _element("reason", "Parameter"),
    "Sms": _element("action from method statusCallback to", text=True),
    "Start": _element("action method", "Recording Siprec Stream Transcription"),
    "Recording": _element(
        (
            "channels recordingConfigurationId recordingStatusCallback "
            "recordingStatusCallbackEvent recordingStatusCallbackMethod track trim"
        ),
    ),
    "Siprec": _element("connectorName name statusCallback statusCallbackMethod track", "Parameter"),
    "Transcription": _element(
        (
            "enableAutomaticPunctuation hints inboundTrackLabel intelligenceService "
            "languageCode name outboundTrackLabel partialResults profanityFilter "
            "speechModel statusCallbackMethod statusCallbackUrl track transcriptionEngine"
        ),
        "Config Parameter",
    ),
    "Stop": _element(children="Siprec Stream Transcription"),
}

MESSAGING: Mapping[str, Element] = {
    "Response": _element(children="Message Redirect"),
    "Message": _element("action from method statusCallback to", "Body Media", text=True),
    "Body": _element(text=True),
    "Media": _element(text=True),
    "Redirect": _element("method", text=True),
}
