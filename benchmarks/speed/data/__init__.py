"""Generated tables that contestants of several races share."""
