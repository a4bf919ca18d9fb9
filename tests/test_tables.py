import numpy as np
import pytest
from scipy.stats import ortho_group

from skembed._architecture import Architecture
from skembed._members import Member
from skembed._mixed_model import MixedModel
from skembed._predictor import Predictor
from skembed._ramps import Ramps
from skembed._tables import common_vectors, level_tables
from skembed._terms import Term

SEEDS = pytest.mark.parametrize("seed", range(3))
N_CODES = (5, 4)  # that of unseen levels the last


def model_of(terms, effects):
    coefficients = np.concatenate([[7.0], *effects])  # a line comes first
    ramps = Ramps((np.empty(0),), np.zeros(1))
    penalties = np.ones(1 + len(terms))
    return MixedModel(ramps, tuple(terms), 0.5, coefficients, penalties, 1.0)


def plain(column, keys):
    return Term((column,), (N_CODES[column],), np.array(keys))


@pytest.fixture
def model():
    """Effects of both columns, one level without rows, a cross, and slopes of one."""
    terms = [
        plain(0, [0, 1, 2, 3]),
        plain(1, [0, 2]),
        Term((0, 1), N_CODES, np.array([1, 6, 9])),
        Term((0,), (5,), np.array([0, 1, 2, 3]), quantity=0),
    ]
    effects = [[1, 2, 3, 4], [5, 6], [100, 100, 100], [-1, -2, -3, -4]]
    return model_of(terms, effects)


@pytest.fixture
def interactions():
    rng = np.random.default_rng(0)
    tables = rng.normal(size=(5, 2)), rng.normal(size=(4, 0))
    tables[0][-1] = 0
    return tables


def test_effects_come_first_then_slopes_then_interactions(model, interactions):
    first, second = level_tables(model, N_CODES, interactions, (None, None))
    assert first[:, 0].tolist() == [1, 2, 3, 4, 0]
    assert first[:, 1].tolist() == [-1, -2, -3, -4, 0]
    np.testing.assert_array_equal(first[:, 2:], interactions[0].astype(np.float32))
    assert second.tolist() == [[5], [0], [6], [0]]


def test_tables_are_of_single_precision_as_a_networks_are(model, interactions):
    tables = level_tables(model, N_CODES, interactions, (None, 3))
    assert [table.dtype for table in tables] == [np.float32] * 2


@pytest.mark.parametrize("dims", [(6, 3), (4, 1), (3, 2), (1, 1)], ids=str)
def test_vectors_are_cut_or_filled_with_zeros(dims, model, interactions):
    whole = level_tables(model, N_CODES, interactions, (None, None))
    tables = level_tables(model, N_CODES, interactions, dims)
    for table, full, length in zip(tables, whole, dims, strict=True):
        assert table.shape == (len(full), length)
        kept = min(length, full.shape[1])
        np.testing.assert_array_equal(table[:, :kept], full[:, :kept])
        assert (table[:, kept:] == 0).all()


@pytest.mark.parametrize("dims", [None, 1, 7])
def test_unseen_levels_are_zero(dims, model, interactions):
    for table in level_tables(model, N_CODES, interactions, (dims, dims)):
        assert (table[-1] == 0).all()


def members_of(tables):
    """Networks of two tables, the second of which is given."""
    members = []
    for table in tables:
        rows, dims = (3, len(table)), (1, table.shape[1])
        architecture = Architecture(rows, dims, 0, (), (), 1)
        kernel = np.zeros((1 + table.shape[1], 1))
        arrays = np.zeros((3, 1)), table, kernel, np.zeros(1)
        network = Predictor(architecture, arrays, (0, 1))
        members.append(Member(np.empty(0), np.empty(0), 1.0, network))
    return members


@SEEDS
def test_networks_that_only_turned_their_vectors_agree(seed):
    rng = np.random.default_rng(seed)
    truth, sizes = rng.normal(size=(30, 3)), np.array([3.0, 2, 1])
    turns = ortho_group.rvs(3, size=4, random_state=seed)
    members = members_of([truth @ turn for turn in turns])
    found = common_vectors(members, 1, truth, sizes)
    np.testing.assert_allclose(found, truth * sizes, atol=1e-12)


@SEEDS
def test_vectors_of_noisy_networks_average_to_the_truth(seed):
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=(200, 2))
    noisy = [
        (truth + rng.normal(0, 0.5, (200, 2))) @ turn
        for turn in ortho_group.rvs(2, size=16, random_state=seed)
    ]
    off = common_vectors(members_of(noisy), 1, truth, np.ones(2)) - truth
    # 0.5 over the root of 16 networks
    assert np.sqrt((off**2).mean()) == pytest.approx(0.125, rel=0.2)


def test_distances_of_a_network_are_kept():
    rng = np.random.default_rng(0)
    table = rng.normal(size=(20, 3))
    found = common_vectors(members_of([table]), 1, rng.normal(size=(20, 3)), np.ones(3))
    np.testing.assert_allclose(found @ found.T, table @ table.T, atol=1e-12)
