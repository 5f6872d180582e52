"""Papers about a case: Word templates a site can change, filled with the case, as Word files and as PDF."""
