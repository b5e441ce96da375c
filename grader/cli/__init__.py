"""The command aelab: one module a command; each parses, calls the library, and shows what came of it."""
