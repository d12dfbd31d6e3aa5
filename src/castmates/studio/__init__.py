"""Floor 4: one thin function per verb; opens the folder, takes backends, runs stages, writes."""
