"""Where pictures and words go on a page; writes no file."""
