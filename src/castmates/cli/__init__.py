"""The terminal door: words in, progress and sentences out; knows no torch."""
