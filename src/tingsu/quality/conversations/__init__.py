"""Conversations as they are kept: handed in, scored by the machine, seen by whom they concern, followed up."""
