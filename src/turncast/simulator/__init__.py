"""A seeded simulator of restaurant bookings: a corpus of our own, in any size."""

from turncast.simulator.restaurant import simulate

__all__ = ["simulate"]
