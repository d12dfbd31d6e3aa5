"""castmates: keep a character the same, from the first picture to the last page."""

__version__ = "0.1.0"
