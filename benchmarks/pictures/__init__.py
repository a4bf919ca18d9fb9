"""How pictures look, and those that several reports share."""
