"""A Rasa policy that asks a turnwise server."""
