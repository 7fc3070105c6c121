"""Corpora: how fast they are read, and what is in them."""
