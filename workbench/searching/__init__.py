"""Hyperparameter search: Optuna decides what is tried next, a trial is an ordinary run, and a kill changes nothing."""
