"""Referrals, disclosures, deadlines, the partner's inbox."""
