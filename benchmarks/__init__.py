"""The benchmarks: `python -m benchmarks --data DIR` (docs/benchmarks.md).

Machines differ and are noisy, so every figure is a ratio that was measured in one run against a limit or a peer.
"""
