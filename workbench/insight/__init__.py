"""What the data and the models tell a person, in words."""
