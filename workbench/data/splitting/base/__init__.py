"""What splits share: their contract, the fold that they make, and ways to hide, shuffle and cut."""
