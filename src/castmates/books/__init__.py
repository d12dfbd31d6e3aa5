"""A story into a picture book: words, a plan of pictures, pages, files to print and read."""
