"""Parts of networks. Each file loads torch: import it inside functions only."""

from workbench.uninterrupted import load_whole

load_whole("torch")
