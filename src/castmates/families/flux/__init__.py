"""FLUX.1 (dev and schnell) as diffusers folders: a transformer that learned a flow."""
