"""The command aelab: one module per command; each parses, calls the library, and shows what came of it."""
