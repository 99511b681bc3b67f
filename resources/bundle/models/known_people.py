"""A score is the product of a person's vector with an item's; a new person's is found by steps that lift the history."""

import numpy as np


def scores(model, history, user, counts):
    arrays, facts = model.arrays, model.facts
    factors, bias = arrays["factors"], arrays["bias"]
    person = arrays["user_factors"][user] if user >= 0 else found(facts, factors, bias, history)
    return (factors.astype(np.float64) @ person + bias).astype(np.float32)


def found(facts, factors, bias, history):
    lead, start = (factors - factors.mean(axis=0))[history], (bias - bias.mean())[history]
    person = np.zeros(factors.shape[1], np.float32)
    squares = np.zeros_like(person)
    for _ in range(facts["steps"] if len(history) else 0):
        pull = (1 / len(history) / (1 + np.exp(np.clip(lead @ person + start, -60, 60)))).astype(np.float32)
        gradient = (np.float32(facts["weight"]) * person - pull @ lead).astype(np.float32)
        squares += gradient**2
        person -= (facts["rate"] * gradient / (np.sqrt(squares) + 1e-10)).astype(np.float32)
    return person
