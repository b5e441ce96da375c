"""The checks, one module a part."""
