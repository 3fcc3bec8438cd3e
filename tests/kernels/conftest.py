"""The size of property tests: the same 60 examples each time, 25,000 others with `PROOF=full`."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "fast",
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile("full", settings.get_profile("fast"), max_examples=25_000, derandomize=False)
settings.load_profile("full" if os.environ.get("PROOF") == "full" else "fast")
