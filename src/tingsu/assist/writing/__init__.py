"""Drafts from a model on the premises: masked on the way out, checked on the way back, off by default."""
