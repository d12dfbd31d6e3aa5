"""Edits of pictures as steps that are replayed from the untouched picture; knows no models."""
