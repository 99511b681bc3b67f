"""What bends the hidden layers of a network: one declaration for all that have some, the paper's choice as default.

torch is imported inside functions only, as in `training_loop.py`.
"""

from typing import TYPE_CHECKING, Any, Literal

from workbench.declaring import hyperparameter

if TYPE_CHECKING:
    from torch import Tensor, nn

Activation = Literal["relu", "gelu", "tanh", "sigmoid", "silu"]
LEAK = 0.2  # what "leaky-relu" leaves of what is below 0
LAYERS = {"relu": "ReLU", "gelu": "GELU", "tanh": "Tanh", "sigmoid": "Sigmoid", "silu": "SiLU"}


def declare_activation(default: str, more: str = "") -> Any:
    """Declare what bends the layers."""
    text = f"Activation function of the hidden layers{more}."
    return hyperparameter(default, "Activation", text, advanced=True)


def layer_of(activation: str) -> "nn.Module":
    """An activation as a layer."""
    from torch import nn

    made: nn.Module = getattr(nn, LAYERS[activation])()
    return made


def bend(activation: str, x: "Tensor") -> "Tensor":
    """Numbers after an activation; "none" leaves them as they are, "leaky-relu" keeps a share of what is below 0."""
    import torch
    from torch.nn import functional

    if activation == "none":
        return x
    if activation == "leaky-relu":
        return functional.leaky_relu(x, LEAK)
    simple = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}
    bent: Tensor = (simple.get(activation) or getattr(functional, activation))(x)
    return bent
