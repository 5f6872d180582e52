"""The tables of assist, each kept beside its topic; Django finds them here."""
