"""What a trained model gives away about who was in its data."""
