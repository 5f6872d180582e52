"""How far machine and reviewers, and reviewers among themselves, agree beyond chance."""
