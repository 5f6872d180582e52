"""The step, the tactic and the relief move while the conversation goes on."""
