"""What every test shares: no network, few threads, a home of its own."""

from __future__ import annotations

import os

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_OFFLINE"] = "1"
if "PYTEST_XDIST_WORKER" in os.environ:
    # Two processes with two threads each on two cores spin at each other, and nothing gets done.
    os.environ["OMP_NUM_THREADS"] = "1"
os.environ.setdefault("OMP_NUM_THREADS", "2")
os.environ.setdefault("NO_COLOR", "1")

from hypothesis import settings

# A busy machine is no failure.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")
