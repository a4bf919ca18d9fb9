"""How fast skembed is: ``python -m benchmarks speed --help``."""

SUMMARY = "race it against its rivals"
DESCRIPTION = """\
Race skembed against what a user would write instead: Keras and PyTorch by hand,
scikit-learn's encoders and linear models. Fits, an epoch of training, a grid search,
predictions, transforms and imports, each in a process of its own.

Measures processor and wall seconds and their ratios, peak memory and R2. Run it on a
machine that does nothing else, where it takes about 20 minutes: what waits for a busy
core is PyTorch above all. Tables are races here, and seeds how often each is run.
"""
