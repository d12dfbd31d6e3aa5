"""One file per verb: its options, its sentence at the end; knows no stage."""
