"""Floor 1: reading and writing, and where a studio keeps things; knows no model."""
