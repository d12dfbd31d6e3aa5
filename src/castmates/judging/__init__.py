"""The stage that compares: draws a study, scores its cells, chooses one, says why."""
