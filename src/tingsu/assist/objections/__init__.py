"""Objections walked step by step."""
