"""Tests of the simulators themselves, driven by the vendors' own SDKs."""
