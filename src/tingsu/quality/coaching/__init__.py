"""What a person learns from the reviews: cards, agreed actions, and the trend."""
