"""Who writes stories when nobody has one; knows no page layout."""
