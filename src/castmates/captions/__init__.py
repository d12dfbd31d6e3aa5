"""The stage that puts pictures into words; knows no training."""
