"""Books as files: for the printer, the screen and the reader; decides no place of a word."""
