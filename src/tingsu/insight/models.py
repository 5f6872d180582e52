"""The tables of insight, each kept beside its topic; Django finds them here."""
