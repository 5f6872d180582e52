"""Measures (整改措施): what is done about a cause of complaints, by whom, by when, and whether it worked."""
