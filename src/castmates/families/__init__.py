"""Families of base models: one folder each with the same rooms."""
