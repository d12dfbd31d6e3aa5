"""What can be read in a drawn picture of a character: one measure a file, all behind one port."""
