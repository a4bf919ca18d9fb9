"""Every row is held out once, or the splitter is refused by a word that helps."""

import numpy as np
import pytest
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    LeaveOneOut,
    PredefinedSplit,
    ShuffleSplit,
    StratifiedKFold,
    TimeSeriesSplit,
)

from skembed._splits import folds_of_rows

X = np.zeros((60, 1))
y = np.repeat([0, 1, 1], 20)


def split(
    cv, is_stratified=False, random_state=0, is_seen=None, observation=None, **params
):
    kinds = {
        "is_stratified": is_stratified,
        "is_seen": np.full(60, True) if is_seen is None else is_seen,
        "observation": np.arange(60) if observation is None else observation,
    }
    return folds_of_rows(cv, X, y, random_state, params, **kinds)


def expected(splitter, **params):
    of_row = np.empty(60, dtype=int)
    for fold, (_, test) in enumerate(splitter.split(X, y, **params)):
        of_row[test] = fold
    return of_row


@pytest.mark.parametrize(
    ("is_stratified", "kind"), [(False, KFold), (True, StratifiedKFold)]
)
def test_a_number_is_so_many_shuffled_folds(is_stratified, kind):
    of_row, n_folds = split(4, is_stratified)
    assert n_folds == 4
    splitter = kind(4, shuffle=True, random_state=0)
    np.testing.assert_array_equal(of_row, expected(splitter))


@pytest.mark.parametrize("is_stratified", [False, True])
def test_copies_of_an_observation_are_in_one_fold(is_stratified):
    observation = np.arange(60) // 2
    of_row, n_folds = split(3, is_stratified, observation=observation)
    assert (of_row[::2] == of_row[1::2]).all()
    assert np.bincount(of_row).tolist() == [20, 20, 20]
    assert n_folds == 3


def test_the_seed_shuffles():
    assert (split(4, random_state=1)[0] != split(4, random_state=2)[0]).any()


def test_groups_reach_the_splitter():
    groups = np.arange(60) % 7
    of_row, n_folds = split(GroupKFold(3), groups=groups)
    np.testing.assert_array_equal(of_row, expected(GroupKFold(3), groups=groups))
    assert n_folds == 3
    assert all(len(np.unique(of_row[groups == g])) == 1 for g in range(7))


@pytest.mark.parametrize("cv", [KFold(3), KFold(30), PredefinedSplit(y)])
def test_splitters_that_divide_the_rows_are_followed(cv):
    of_row, n_folds = split(cv)
    np.testing.assert_array_equal(of_row, expected(cv))
    assert n_folds == cv.get_n_splits(X)


def test_an_iterable_is_a_splitter():
    of_row, _ = split(list(KFold(3).split(X)))
    np.testing.assert_array_equal(of_row, expected(KFold(3)))


@pytest.mark.parametrize(
    ("cv", "row", "times"),
    [
        (TimeSeriesSplit(3), 0, 0),
        (PredefinedSplit(np.where(np.arange(60) == 7, -1, y)), 7, 0),
        ([*KFold(3).split(X), *KFold(3).split(X)], 0, 2),
    ],
    ids=["time series", "a row left out", "twice"],
)
def test_rows_that_are_not_held_out_once_are_named(cv, row, times):
    with pytest.raises(ValueError, match=f"holds out row {row} {times} times: choose"):
        split(cv)


def test_a_random_splitter_is_refused():
    with pytest.raises(ValueError, match="whose test sets divide the rows"):
        split(ShuffleSplit(5, random_state=0))


def test_rows_that_are_left_out_of_training_are_refused():
    purged = [(train[1:], test) for train, test in KFold(3).split(X)]
    with pytest.raises(ValueError, match="leaves some out of training: choose"):
        split(purged)


def test_a_fold_of_all_rows_that_count_leaves_none_to_train_on():
    with pytest.raises(ValueError, match="none is left to train on: shuffle"):
        split(KFold(5), is_seen=np.arange(60) < 12)
    of_row, _ = split(KFold(5), is_seen=np.arange(60) < 13)
    assert len(of_row) == 60
    with pytest.raises(ValueError, match="none is left to train on"):
        split([(np.arange(0), np.arange(60))])


def test_single_rows_are_no_folds():
    with pytest.raises(ValueError, match=r"would tell their outcome.*few large folds"):
        split(LeaveOneOut())


def test_a_generator_that_has_ended_is_no_splitter():
    with pytest.raises(ValueError, match="makes no folds: a generator serves one"):
        split(iter([]))
