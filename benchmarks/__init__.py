"""Measures, never tests: `make bench` prints tables beside a baseline of the same run; nothing here asserts a time."""
