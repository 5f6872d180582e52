"""The tables of quality, each kept beside its topic; Django finds them here."""
