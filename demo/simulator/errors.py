"""Refusals in the provider's shape. Codes: https://www.twilio.com/docs/api/errors."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Refused(Exception):
    """A REST call that is not accepted. ``form``: because of how it was written, not because of the state."""

    status: int
    code: int
    message: str
    form: bool = False

    def __str__(self) -> str:
        return f"{self.status} {self.code} {self.message}"

    def body(self) -> dict[str, int | str]:
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


def not_found(path: str) -> Refused:
    return Refused(404, 20404, f"The requested resource {path} was not found")


def wrong_form(message: str, code: int = 20001) -> Refused:
    return Refused(400, code, message, form=True)
