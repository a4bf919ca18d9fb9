"""The motivating example, fitted: what its pictures show."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from benchmarks.example import tokens
from benchmarks.example.contenders import example_network
from benchmarks.problem import Problem
from skembed import EmbeddingRegressor


@dataclass(frozen=True, eq=False)
class Example:
    """A fitted model of the tokens and the rows that it is tested on.

    Attributes
    ----------
    model : EmbeddingRegressor
        The example's network, trained.
    tokens, outcomes : Series
        The test rows.
    predictions, effects : Series
        What is predicted and what is true of each token, in the tokens' order.
    """

    model: EmbeddingRegressor
    tokens: pd.Series
    outcomes: pd.Series
    predictions: pd.Series
    effects: pd.Series

    @property
    def distances(self) -> pd.DataFrame:
        """Distances between the vectors of all tokens."""
        names = self.effects.index
        return pd.DataFrame({t: self.model.similarities(t)[names] for t in names})

    def describe_similarities(self) -> str:
        """Say whether tokens are as far from the top one as their effects are."""
        top = self.effects.idxmax()
        distances = self.model.similarities(top).sort_values()
        gaps = (self.effects - self.effects[top]).abs().sort_values()
        matches = distances.index.tolist() == gaps.index.tolist()
        listed = ", ".join(f"{t} {distance:.3f}" for t, distance in distances.items())
        return (
            f"Similarities of token {top!r}, the one of the largest effect "
            f"({self.effects[top]:+g}):\n{listed}\n"
            f"Ranked as the effects are: {'yes' if matches else 'no'}"
        )


def fit(problem: Problem, seed: int) -> Example:
    """Fit the example's network to the tokens."""
    train, test = problem.splits[0]
    pipeline = example_network.CONTENDER.pipeline_for(problem, seed)
    pipeline.fit(problem.X.iloc[train], problem.y.iloc[train])
    effects = pd.Series(tokens.EFFECTS)
    one_of_each = pd.DataFrame({"token": effects.index})
    return Example(
        model=pipeline[-1],
        tokens=problem.X["token"].iloc[test],
        outcomes=problem.y.iloc[test],
        predictions=pd.Series(pipeline.predict(one_of_each), index=effects.index),
        effects=effects,
    )
