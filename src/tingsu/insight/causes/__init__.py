"""Why a number changed: the fewest attribute combinations that account for it, and what differs between two groups."""
