"""What an event is worth: rules by which values become likes, dislikes and weights, and the guess of them."""
