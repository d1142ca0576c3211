"""The fictional year, the rehearsal, simulated calls, screenshots."""
