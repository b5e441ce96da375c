"""Find, choose and read what was handed in. Nothing of it is executed here."""
