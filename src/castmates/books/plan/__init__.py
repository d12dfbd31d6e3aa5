"""What each page shows, proposed from its words, kept in a file to edit; draws nothing."""
