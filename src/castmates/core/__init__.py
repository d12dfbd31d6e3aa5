"""Floor 0: the words everybody shares; touches no disk, knows no torch."""
