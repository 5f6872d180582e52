"""Which open cases may go further (to an authority, or come back), and why: a suggestion to look, never a decision."""
