"""Items or users that are alike."""
