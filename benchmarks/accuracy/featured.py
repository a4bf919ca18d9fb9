"""Whom the overview, the sentences and the pictures show, where all were too many."""

SKEMBED = "skembed"
OURS = ("skembed-linear", "skembed-quick", SKEMBED)
RIVALS = (
    "ridge",
    "target-hgb",
    "hgb",
    "lightgbm",
    "catboost",
    "realmlp",
    "keras-network",
)
BASELINE = "mean"  # what everyone beats: it stands in tables only
