"""A telephone provider, compatible with Twilio, that runs on this machine: strict, stateful, and disorderly on demand.

It is an independent second opinion: nothing of the provider's client is used (only its TwiML classes, to learn which
documents are allowed), and nothing of Lotse. Used by tests, load runs and the demo.
"""

from demo.simulator.faults import Faults
from demo.simulator.people import WITHHELD, Caller, CallStep, Person, Phone, voicemail
from demo.simulator.provider import CallOutcome, Ongoing, Provider, TextOutcome
from demo.simulator.resources import Number
from demo.simulator.webhooks import Chaos, Exchange, Latency, WebhookResponse, latencies, signature

__all__ = [
    "WITHHELD",
    "CallOutcome",
    "CallStep",
    "Caller",
    "Chaos",
    "Exchange",
    "Faults",
    "Latency",
    "Number",
    "Ongoing",
    "Person",
    "Phone",
    "Provider",
    "TextOutcome",
    "WebhookResponse",
    "latencies",
    "signature",
    "voicemail",
]
