"""Importing skembed, and serving a fitted model, loads neither Keras nor TensorFlow."""

import pickle
import subprocess
import sys
import textwrap

HEAVY = "{'keras', 'tensorflow', 'scikeras', 'matplotlib'}"
OF_FIT = "{'skembed._fitting', 'skembed._streaming', 'skembed._saving'}"


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
        print(sorted(({HEAVY} | {OF_FIT}) & set(sys.modules)))
    """)
    assert loaded.strip() == "[]"


def test_a_fitted_model_serves_where_tensorflow_is_not_installed(
    fitted_shops, tmp_path
):
    fitted, X, _ = fitted_shops
    with (tmp_path / "served.pkl").open("wb") as file:
        pickle.dump((fitted, X), file)
    fitted.save(tmp_path / "served.skembed")
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
        import skembed
        print(repr(skembed.load(sys.argv[2]).predict(X).sum()))
        """,
        str(tmp_path / "served.pkl"),
        str(tmp_path / "served.skembed"),
    )
    expected = [
        fitted.predict(X).sum(),
        fitted.transform(X)[50:].sum(),
        float(fitted.similarities("Oslo", "city").sum()),
        fitted.predict(X).sum(),
    ]
    assert served.split("\n")[:4] == [repr(value) for value in expected]
