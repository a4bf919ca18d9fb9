"""Saving what was learned, and loading it, without code in the file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from sklearn.base import BaseEstimator

from skembed._architecture import Architecture
from skembed._archive import damage_reported, read_archive, write_archive
from skembed._bilinear import Bilinear, Factors
from skembed._blend import Blend, Corrections, Newcomers
from skembed._encoder_outputs import LevelNumbers, Predictions
from skembed._encoding import Encoded, Encoding
from skembed._evidence import Knowledge
from skembed._labels import Classes
from skembed._likelihood import Bernoulli, Normal
from skembed._members import Member
from skembed._memory import Memory
from skembed._mixed_model import MixedModel
from skembed._model import Model, Network, shown_attributes
from skembed._one_versus_rest import OneVersusRest, Stack
from skembed._packing import Packer, Unpacker
from skembed._pieces import Pieces
from skembed._predictor import Predictor
from skembed._quantities import Standardizer
from skembed._ramps import Ramps
from skembed._sample import Rows
from skembed._sklearn import REQUESTS, make_requests, requests_of
from skembed._streaming import Stream
from skembed._target import TargetScale
from skembed._terms import Term
from skembed._vocabulary import Vocabulary
from skembed.exceptions import SavedFileError

FORMAT = 1
OTHER_VALUE = "set_params another value if predictions do not need it, or pickle it"
LEARNED = {
    kind.__name__: kind
    for kind in (
        Architecture,
        Bernoulli,
        Bilinear,
        Blend,
        Classes,
        Corrections,
        Encoded,
        Encoding,
        Factors,
        Knowledge,
        LevelNumbers,
        Member,
        Memory,
        MixedModel,
        Model,
        Network,
        Newcomers,
        Normal,
        OneVersusRest,
        Pieces,
        Predictions,
        Predictor,
        Ramps,
        Rows,
        Stack,
        Standardizer,
        Stream,
        TargetScale,
        Term,
        Vocabulary,
    )
}


def save(estimator: BaseEstimator, path: str | os.PathLike[str]) -> None:
    """Write a fitted estimator to a file.

    Parameters
    ----------
    estimator : BaseEstimator
        Fitted; with what is learned in its attributes.
    path : str or path-like
        Where. A file that is there is replaced in the end.

    Raises
    ------
    SavedFileError
        If the estimator holds what is no plain value, such as callbacks.
    """
    kind = type(estimator)
    if kind.__module__.partition(".")[0] != "skembed":
        raise SavedFileError(
            f"{kind.__name__} is a class of your own, which a file without code cannot "
            "hold: pickle the estimator."
        )
    params = estimator.get_params(deep=False)
    shown = shown_attributes(estimator._model)
    attributes = {
        name: value
        for name, value in vars(estimator).items()
        if name not in params and name not in shown and name != REQUESTS
    }
    packer = Packer(LEARNED)
    header = {
        "format": FORMAT,
        "writer": f"skembed {version('skembed')}",
        "estimator": kind.__name__,
        "parameters": _packed(packer, params, OTHER_VALUE),
        "attributes": _packed(packer, attributes, "pickle it"),
        "requests": requests_of(estimator),
        "objects": packer.objects,
    }
    write_archive(path, header, packer.arrays)


def _packed(packer: Packer, values: dict[str, Any], remedy: str) -> dict[str, Any]:
    packed = {}
    for name, value in values.items():
        try:
            packed[name] = packer.pack(value)
        except TypeError as error:
            raise SavedFileError(
                f"{name} holds {error}, which a saved file cannot hold: {remedy}."
            ) from None
    return packed


def load_one_of(
    estimators: Sequence[type[BaseEstimator]], path: str | os.PathLike[str]
) -> Any:
    """Read a fitted estimator.

    Parameters
    ----------
    estimators : sequence of type
        What it may be.
    path : str or path-like
        A file that `save` has written.

    Returns
    -------
    BaseEstimator
        One of them.

    Raises
    ------
    SavedFileError
        If the file is damaged, of a later format, or another kind of file.
    """
    header, arrays = read_archive(path, FORMAT)
    kinds = {kind.__name__: kind for kind in estimators}
    with damage_reported(path):
        unpacker = Unpacker(LEARNED, arrays, header["objects"])
        params = {k: unpacker.unpack(v) for k, v in header["parameters"].items()}
        attributes = {k: unpacker.unpack(v) for k, v in header["attributes"].items()}
        estimator = kinds[header["estimator"]](**params)
        estimator.__dict__.update(attributes, **shown_attributes(attributes["_model"]))
        make_requests(estimator, header["requests"])
    return estimator
