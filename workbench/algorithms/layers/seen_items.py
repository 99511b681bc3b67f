"""An embedding of items that also knows their vectors. Import inside functions only: torch loads slowly."""

import torch
from torch import Tensor, nn


class SeenEmbedding(nn.Embedding):
    """Row n is its own ``weight`` and what ``project`` makes of the vector of item n; the last row is the start token's.

    Alone: what has a vector has no weight of its own.
    """

    dense: Tensor
    own: Tensor

    def __init__(self, dense: Tensor, factors: int, *, alone: bool) -> None:
        """`dense` float (n_items, dimensions), rows of 0 where an item has no vector."""
        super().__init__(len(dense) + 1, factors)
        self.project = nn.Parameter(torch.empty(dense.shape[1], factors))
        nn.init.normal_(self.project, std=0.05)
        rows = torch.cat([dense, dense.new_zeros(1, dense.shape[1])])
        own = 1 - (rows != 0).any(1, keepdim=True).float() if alone else torch.ones(len(rows), 1)
        self.register_buffer("dense", rows, persistent=False)
        self.register_buffer("own", own, persistent=False)

    def forward(self, items: Tensor) -> Tensor:
        """Vectors (…, factors) of items int64 (…)."""
        return super().forward(items) * self.own[items] + self.dense[items] @ self.project

    def vectors(self) -> Tensor:
        """All rows."""
        return self.weight * self.own + self.dense @ self.project
