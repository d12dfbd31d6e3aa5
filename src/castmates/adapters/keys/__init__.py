"""Names in adapter files, as tables (`*.toml`) and the code that reads them."""
