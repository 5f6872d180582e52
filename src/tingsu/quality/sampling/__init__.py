"""Which conversations people look at: drawn by a plan, with why each was drawn."""
