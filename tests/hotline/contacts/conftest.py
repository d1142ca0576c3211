from __future__ import annotations

import pytest

from regions.loading import load_regions, replace_postal_codes
from regions.postal_code_table import PostalCodeRow


@pytest.fixture
def places(db: None) -> None:
    """Germany's and France's regions with a few postal codes; 21039 lies in two Länder, Neustadt in many."""
    load_regions(["DE", "FR"])
    rows = [
        PostalCodeRow("DE", "04109", "Leipzig", "DE-SN", True),
        PostalCodeRow("DE", "10115", "Berlin", "DE-BE", True),
        PostalCodeRow("DE", "21039", "Börnsen, Hamburg", "DE-SH", True),
        PostalCodeRow("DE", "21039", "Börnsen, Hamburg", "DE-HH", False),
        PostalCodeRow("FR", "75001", "Paris 1er Arrondissement", "FR-75C", True),
        *[
            PostalCodeRow("DE", f"0000{n}", "Neustadt", code, True)
            for n, code in enumerate(["DE-SN", "DE-BY", "DE-HE", "DE-TH"])
        ],
    ]
    replace_postal_codes(rows)
