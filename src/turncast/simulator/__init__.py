"""A seeded simulator of restaurant bookings: a corpus of any size."""

from turncast.simulator.restaurant import simulate

__all__ = ["simulate"]
