"""Contests of turncast and other frameworks: the same tasks, the same weights, alternating rounds."""
