"""Which drawn candidate a page gets, and whether everybody stays the same; draws nothing."""
