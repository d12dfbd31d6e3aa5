"""From shots to pictures: noise, samplers, the painter, and what is written into the file."""
