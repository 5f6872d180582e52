"""Whether a measure worked: complaint counts before and after, beside units without it."""
