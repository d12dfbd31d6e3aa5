"""Adapters: low-rank factors, the layer that weighs them, and the files they live in."""
