"""Floor 2: models that look at pictures, one file each, on shelves; knows no diffusion model."""
