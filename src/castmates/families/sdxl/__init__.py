"""Stable Diffusion XL as diffusers folders: two text encoders, and pictures that know their cut."""
