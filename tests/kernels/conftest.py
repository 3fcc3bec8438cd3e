"""How hard the kernels are tried: a few hundred series by default, 100,000 with `PROOF=full`."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "fast", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.register_profile("full", settings.get_profile("fast"), max_examples=25_000)
settings.load_profile("full" if os.environ.get("PROOF") == "full" else "fast")
