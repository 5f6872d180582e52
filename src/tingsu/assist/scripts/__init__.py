"""The script library (话术): found by situation and by words, edited with versions, filled into drafts."""
