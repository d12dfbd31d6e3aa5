"""Several characters in one picture: who stands where, drawn so, and checked."""
