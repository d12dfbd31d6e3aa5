"""Prompt suites as data: one TOML per base vocabulary; knows no code."""
