"""A simulator of interactions whose truth is known: for trying, for teaching, and for measuring at any size.

Items belong to genres and are popular by a power law. People have a taste for genres that drifts from one they begin with
to one they end with, and are active by a power law of their own. A person picks a genre by the taste of the day and in it
an item by its popularity; the rating tells how well genre, item and person fit. Everything is drawn from the seed alone.
"""

from workbench.data.simulator.exposure import Exposure
from workbench.data.simulator.truth import GENRES, Size, Truth, plant
from workbench.data.simulator.writing import simulate

__all__ = ["GENRES", "Exposure", "Size", "Truth", "plant", "simulate"]
