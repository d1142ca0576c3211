"""Numeric arguments of commands, with bounds."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable
from typing import TypeVar

Number = TypeVar("Number", int, float)


def number_of(kind: Callable[[str], Number], least: Number, most: Number) -> Callable[[str], Number]:
    """For ``type=`` of an argument: refuses what is no number, or out of bounds, with an example of a right one."""

    def read(text: str) -> Number:
        try:
            found = kind(text)
        except ValueError:
            found = None
        if found is None or not least <= found <= most:
            raise ArgumentTypeError(f"{text} is no number from {least:,} to {most:,}, such as {least}")
        return found

    return read
