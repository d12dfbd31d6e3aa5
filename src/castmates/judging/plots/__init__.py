"""X/Y/Z plots: axes as people write them, the cells they span, the sheet that shows them."""
