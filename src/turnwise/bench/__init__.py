"""Contests of turnwise and others at the same problems, from the same weights, side by side."""
