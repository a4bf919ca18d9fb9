"""Write files of the present format, and what is read from them: run when it changes.

``python tests/saved/write.py`` leaves files of earlier formats as they are. Together
they hold objects of every class that can be saved.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from skembed import EmbeddingClassifier, EmbeddingEncoder, EmbeddingRegressor
from skembed._saving import FORMAT
from skembed.datasets import make_effects

HERE = Path(__file__).parent
SMALL = {"hidden_units": (4,), "epochs": 2, "n_networks": 1, "random_state": 0}
PLAIN = {"n_networks": 0, "random_state": 0}


def table_of_products():
    """Levels of two columns interact, and have slopes of their own."""
    return make_effects(
        3_000,
        n_levels=(30, 20),
        n_quantities=1,
        interaction_scale=1.5,
        slope_scale=1.0,
        random_state=0,
    )


def table_of_curves():
    """Each level follows a wave of its own."""
    rng = np.random.default_rng(0)
    level, x = rng.integers(8, size=3_000), rng.uniform(size=3_000)
    y = np.sin(level + 5 * x) + rng.normal(0, 0.2, 3_000)
    return pd.DataFrame({"a": level, "x": x}), y


def table_of_newcomers():
    """What a quantity tells within a level misleads about levels that are new."""
    rng = np.random.default_rng(0)
    level = np.repeat(np.arange(80), 15)
    center = rng.normal(size=80)[level]
    x = center + rng.normal(size=len(level))
    y = x - 2 * center + rng.normal(0, 0.5, len(level))
    return pd.DataFrame({"a": level, "b": rng.integers(3, size=len(level)), "x": x}), y


def table_of_classes():
    X, y = table_of_curves()
    return X, np.array(["low", "middle", "high"])[np.digitize(y, [-1, 1])]


MODELS = {
    "blend": (EmbeddingRegressor(**SMALL), table_of_products),
    "curves": (EmbeddingRegressor(**PLAIN), table_of_curves),
    "newcomers": (EmbeddingRegressor(**PLAIN), table_of_newcomers),
    "network": (EmbeddingRegressor(model="network", **SMALL), table_of_curves),
    "classifier": (EmbeddingClassifier(**PLAIN), table_of_classes),
    "encoder": (EmbeddingEncoder(random_state=0), table_of_curves),
    "predictions": (EmbeddingEncoder(output="prediction", **PLAIN), table_of_curves),
    "stream": (EmbeddingRegressor(**SMALL), table_of_curves),
}


def main():
    for name, (model, make_table) in MODELS.items():
        X, y = make_table()
        learn = model.partial_fit if name == "stream" else model.fit
        learn(X, y).save(HERE / f"format_{FORMAT}_{name}.skembed")
        some = X[:20].copy()
        some.loc[:1, "a"] = 1_000 if some["a"].dtype.kind == "i" else "new"
        answered = {"table": some, "answer": answer_of(model, some)}
        path = HERE / f"format_{FORMAT}_{name}.json"
        path.write_text(json.dumps(answered, default=list_of) + "\n")


def list_of(values):
    return values.to_dict("list") if hasattr(values, "to_dict") else values.tolist()


def answer_of(model, X):
    """Return a number for each row that all that was learned takes part in."""
    if hasattr(model, "predict_proba"):
        return model.predict_proba(X)[:, 1]
    if hasattr(model, "predict"):
        return model.predict(X)
    return model.transform(X).sum(axis=1)


if __name__ == "__main__":
    main()
