"""Other trainers' configurations, read as they are into one neutral value; knows no tensors."""
