"""The journal cannot be cleaned: nothing that tells who somebody is stands in it in clear."""

from __future__ import annotations

from answering import Provider, provider

__all__ = ["Provider", "provider"]
#: Fields that tell who a person is, or what they are suspected of.
TELLING = (
    "age_band",
    "sex",
    "phenomenon",
    "region_id",
    "caller_type_id",
    "postal_code",
    "municipality",
    "phone",
    "alias",
)
