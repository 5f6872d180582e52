"""Options for a case: what the customer needs and what the house can give, where they meet."""
