"""The race for epoch × strength: few pictures for most, many for the best; knows no pictures."""
