"""Benchmarks of the message path, with what they are compared against. Not part of the product."""
