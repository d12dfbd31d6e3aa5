"""Teaching a base who a character is: recipe + pictures -> adapter files, resumable to the bit."""
