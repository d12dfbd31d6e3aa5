"""What a story says: pages, words, names, and for which age; knows no picture."""
