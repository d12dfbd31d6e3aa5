"""What people write to call a picture; knows no tensors."""
