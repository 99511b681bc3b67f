"""What there is to choose from."""

from typing import Any

import pandas as pd
from pydantic import BaseModel

from workbench.algorithms import all_algorithms, find
from workbench.data.filtering import all_filters
from workbench.data.splitting import all_splits
from workbench.declaring import allowed_range, schema_of
from workbench.metrics import all_metrics


def list_algorithms() -> pd.DataFrame:
    """Every algorithm by name: ``title``, ``family``, ``summary``, ``needs``, ``fold_in``, ``reference``."""
    names = ("title", "family", "summary", "needs", "fold_in", "predicts_ratings", "iterative", "reference")
    return _by_name({name: {entry: getattr(kind, entry) for entry in names} for name, kind in all_algorithms().items()})


def list_hyperparameters(algorithm: str) -> pd.DataFrame:
    """The hyperparameters of an algorithm by name: ``default``, ``allowed``, ``title``, ``description``."""
    return _declared(find(algorithm))


def list_metrics() -> pd.DataFrame:
    """Every metric by name: ``title``, ``kind``, ``formula``, ``higher_is_better``, ``formulas``."""
    return _by_name(
        {
            name: {
                "title": metric.title,
                "kind": metric.kind,
                "formula": metric.formula,
                "higher_is_better": metric.higher_is_better,
                "formulas": list(metric.formulas),
            }
            for name, metric in all_metrics().items()
        }
    )


def list_splits() -> pd.DataFrame:
    """Every split by name: ``title``, and ``settings`` with their defaults."""
    return _by_name({name: {"title": kind.title, "settings": _defaults(kind)} for name, kind in all_splits().items()})


def list_filters() -> pd.DataFrame:
    """Every filter by the name that `Data.filter` takes: ``title``, ``settings``, and ``keywords`` for one of them."""
    return _by_name(
        {
            name.replace("-", "_"): {
                "title": kind.title,
                "settings": _defaults(kind),
                "keywords": [key.replace("-", "_") for key in kind.keys],
            }
            for name, kind in all_filters().items()
        }
    )


def _defaults(declaration: type[BaseModel]) -> dict[str, Any]:
    return {name: field.default for name, field in declaration.model_fields.items()}


def _declared(declaration: type[BaseModel]) -> pd.DataFrame:
    schemas = schema_of(declaration).get("properties", {})
    rows = {
        name: {
            "default": schema.get("default"),
            "allowed": allowed_range(schema),
            "title": schema.get("title"),
            "description": schema.get("description"),
        }
        for name, schema in schemas.items()
    }
    return _by_name(rows)


def _by_name(rows: dict[str, dict[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame(rows.values(), index=pd.Index(rows, name="name"))
    return table.convert_dtypes() if table.empty else table
