from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.privacy.blind_index import phone_index
from foundation.privacy.keys import keyring

numbers = st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True)


@pytest.fixture(autouse=True)
def _own_keyring() -> Any:
    yield
    keyring.cache_clear()


@given(first=numbers, second=numbers)
def test_equal_numbers_and_only_they_have_equal_indexes(first: str, second: str) -> None:
    assert (phone_index(first) == phone_index(second)) == (first == second)


def test_blind_index_depends_on_the_key(settings: Any) -> None:
    before = phone_index("+4930123456")
    settings.LOTSE_KEYS = {**settings.LOTSE_KEYS, "blind_index": bytes(32)}
    keyring.cache_clear()
    assert phone_index("+4930123456") != before
    assert before not in {hashlib.sha256(text).digest() for text in (b"+4930123456", b"phone:+4930123456")}
