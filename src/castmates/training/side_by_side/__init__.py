"""Several runs over one frozen base at once."""
