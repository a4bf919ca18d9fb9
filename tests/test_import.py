"""Importing skembed, and serving a fitted model, loads neither Keras nor TensorFlow."""

import pickle
import subprocess
import sys
import textwrap

HEAVY = "{'keras', 'tensorflow', 'scikeras', 'matplotlib'}"


def run(code, *arguments):
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_import_is_cheap():
    loaded = run(f"""
        import sys
        import skembed, skembed.datasets, skembed.exceptions
        print(sorted({HEAVY} & set(sys.modules)))
    """)
    assert loaded.strip() == "[]"


def test_a_fitted_model_serves_where_tensorflow_is_not_installed(
    shop_model, shops, tmp_path
):
    X, _ = shops
    with (tmp_path / "served.pkl").open("wb") as file:
        pickle.dump((shop_model, X), file)
    served = run(
        f"""
        import pickle, sys
        sys.modules.update(dict.fromkeys({HEAVY}))  # None: importing one raises
        with open(sys.argv[1], "rb") as file:
            model, X = pickle.load(file)
        model._repr_html_()
        print(repr(model.predict(X).sum()))
        print(repr(model.transform(X)[50:].sum()))
        print(repr(float(model.similarities("Oslo", "city").sum())))
        """,
        str(tmp_path / "served.pkl"),
    )
    expected = [
        shop_model.predict(X).sum(),
        shop_model.transform(X)[50:].sum(),
        float(shop_model.similarities("Oslo", "city").sum()),
    ]
    assert served.split("\n")[:3] == [repr(value) for value in expected]
