"""What algorithms of several families share: the contract, the one training loop, histories as batches."""
