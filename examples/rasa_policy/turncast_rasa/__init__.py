"""A Rasa policy that asks a turncast server."""
