"""A draft checked before it goes out: what is said, left out, promised or given away."""
