"""The demo bank: its people, its customers' complaints, and what became of each. All of it is invented."""
