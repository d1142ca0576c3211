"""A telephone provider, compatible with Twilio, that runs on this machine: strict, stateful, and disorderly on demand.

It is an independent second opinion: nothing of the provider's client is used (only its TwiML classes, to learn which
documents are allowed), and nothing of Lotse. Used by tests, load runs and the demo.
"""

from demo.simulator.faults import Faults
from demo.simulator.people import WITHHELD, Caller, Person, Phone, Step, voicemail
from demo.simulator.provider import Ongoing, Outcome, Provider, TextOutcome
from demo.simulator.resources import Number
from demo.simulator.webhooks import Answer, Chaos, Exchange, Latency, latencies, signature

__all__ = [
    "WITHHELD",
    "Answer",
    "Caller",
    "Chaos",
    "Exchange",
    "Faults",
    "Latency",
    "Number",
    "Ongoing",
    "Outcome",
    "Person",
    "Phone",
    "Provider",
    "Step",
    "TextOutcome",
    "latencies",
    "signature",
    "voicemail",
]
