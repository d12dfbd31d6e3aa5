"""Stable Diffusion 1.x as diffusers folders, the embedded storybook base among them."""
