"""Parts of networks. Each file loads torch: import it inside functions only."""
