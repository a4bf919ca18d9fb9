import numpy as np
import pytest

from skembed import _evidence, _mixed_model
from skembed._bilinear import Bilinear
from skembed._cross_fitting import cross_fit, with_pairs
from skembed._encoding import Encoded
from skembed._evidence import (
    Knowledge,
    count_features,
    evidence,
    knowledge_without_folds,
    read_rows,
)
from skembed._folds import deal_into_folds
from skembed._mixed_model import fit_mixed_model
from skembed._pairs import Pair
from skembed._ramps import learn_ramps
from skembed._sample import make_sample
from skembed._terms import learn_term

SEEDS = pytest.mark.parametrize("seed", range(3))
N_CODES = (13, 9)
N_FOLDS = 3


def drawn(seed, n_samples=400):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, np.array(N_CODES) - 1, (n_samples, 2))
    return Encoded(codes, rng.integers(-6, 7, (n_samples, 2)) / 3)


@pytest.fixture(params=range(3))
def fitted(request):
    """A model with a cross and slopes, and the folds that it was fitted on."""
    rng = np.random.default_rng(request.param)
    inputs = drawn(request.param)
    target = rng.normal(size=400) + inputs.quantities[:, 0] + inputs.codes[:, 0] / 6
    weight = rng.integers(1, 4, 400).astype(float)
    sample = make_sample(inputs, target[:, np.newaxis], weight)
    folds = deal_into_folds(sample, N_FOLDS, rng)
    inputs = folds.sample.inputs
    terms = [
        learn_term(inputs, columns, tuple(N_CODES[c] for c in columns), quantity)[0]
        for columns, quantity in [((0,), None), ((1,), None), ((0, 1), None), ((1,), 0)]
    ]
    ramps = learn_ramps(inputs.quantities, folds.sample.weight)
    return fit_mixed_model(ramps, terms, folds.sample, 4), folds


def cell_of(inputs, i, columns):
    return tuple(inputs.codes[i, list(columns)].tolist())


def naive_counts(term, sample, of_row, without):
    """How many observations each combination of levels has outside of a fold."""
    counts = {}
    for i, fold in enumerate(of_row):
        if fold != without:
            cell = cell_of(sample.inputs, i, term.columns)
            counts[cell] = counts.get(cell, 0) + sample.weight[i]
    return counts


def all_counts(model, folds, without=None):
    """The same of every cell, all terms one after the other."""
    found = []
    for term in model.terms:
        counts = np.zeros(term.n_cells)
        seen = naive_counts(term, folds.sample, folds.of_row, without)
        for cell, count in seen.items():
            key = np.ravel_multi_index(cell, term.table_rows)
            counts[np.searchsorted(term.keys, key)] = count
        found.append(counts)
    return np.concatenate(found)


def full_knowledge(model, folds):
    """What all rows have told."""
    counts = all_counts(model, folds)[:, np.newaxis]
    coefficients = model.coefficients[:, np.newaxis]
    return Knowledge(model.mean, coefficients, ((),), counts)


def naive_features(model, folds, coefficients, without, inputs, i):
    """What is known of one row, and the prediction."""
    lines = model.ramps.apply(inputs.quantities[[i]]).toarray()[0]
    of_lines = sum(lines * coefficients[: len(lines)])
    start, effects, counts = len(lines), [], []
    for term in model.terms:
        own = coefficients[start : start + term.n_cells]
        start += term.n_cells
        key = 0
        for column in term.columns:
            key = key * N_CODES[column] + inputs.codes[i, column]
        known = dict(zip(term.keys.tolist(), own, strict=True))
        x = 1 if term.quantity is None else inputs.quantities[i, term.quantity]
        effects.append(known.get(key, 0.0) * x)
        seen = naive_counts(term, folds.sample, folds.of_row, without)
        counts.append(seen.get(cell_of(inputs, i, term.columns), 0))
    prediction = model.mean + of_lines + sum(effects)
    features = [*lines, of_lines, prediction, *effects, *np.log(1 + np.array(counts))]
    return features, prediction, counts


def test_features_are_lines_sums_effects_and_counts(fitted):
    """Of new rows as well, in part of levels and cells that were not learned."""
    model, folds = fitted
    sample = folds.sample
    new = drawn(99, 30)
    new.codes[:3, 0] = N_CODES[0] - 1
    known = full_knowledge(model, folds)
    for inputs in (new, sample.inputs.take(slice(0, 20))):
        found = evidence(model.locate(inputs), known)
        for i in range(len(inputs)):
            read = model, folds, model.coefficients, None, inputs, i
            features, prediction, counts = naive_features(*read)
            np.testing.assert_allclose(found.features[i], features, atol=1e-10)
            assert found.prediction[i] == pytest.approx(prediction)
            assert found.counts[i].tolist() == counts


def test_what_all_rows_have_told_predicts_as_the_model_does(fitted):
    model, folds = fitted
    known = full_knowledge(model, folds)
    new = model.locate(drawn(99))
    np.testing.assert_allclose(
        evidence(new, known).prediction, model.predict(new), atol=1e-12
    )


def test_without_a_fold_its_rows_do_not_count(fitted):
    model, folds = fitted
    rows = model.locate(folds.sample.inputs)
    known = knowledge_without_folds(cross_fit(model, folds))
    assert known.counts.shape == (sum(rows.n_cells), N_FOLDS)
    for fold, found in enumerate(known.counts.T):
        np.testing.assert_allclose(found, all_counts(model, folds, fold))


def test_without_a_fold_effects_are_those_of_the_other_rows(fitted):
    model, folds = fitted
    known = knowledge_without_folds(cross_fit(model, folds))
    expected = cross_fit(model, folds).coefficients
    np.testing.assert_array_equal(known.coefficients, expected)


def test_each_row_is_told_what_its_own_fit_knows(fitted):
    model, folds = fitted
    inputs = folds.sample.inputs
    rows = model.locate(inputs)
    known = knowledge_without_folds(cross_fit(model, folds))
    fit = np.random.default_rng(0).integers(0, 3, len(inputs))
    found = evidence(rows, known, fit)
    for i in range(25):
        read = model, folds, known.coefficients[:, fit[i]], fit[i], inputs, i
        features, prediction, counts = naive_features(*read)
        np.testing.assert_allclose(found.features[i], features, atol=1e-10)
        assert found.prediction[i] == pytest.approx(prediction)
        assert found.counts[i].tolist() == counts


def test_rows_with_a_level_that_their_fit_has_not_seen_are_not_known(fitted):
    """Whatever is known of their crosses and slopes."""
    model, folds = fitted
    inputs = folds.sample.inputs
    of = np.flatnonzero(inputs.codes[:, 0] == 3)
    folds.of_row[of] = 1
    rows = model.locate(inputs)
    known = knowledge_without_folds(cross_fit(model, folds))
    found = evidence(rows, known, folds.of_row)
    expected = np.ones(len(inputs), dtype=bool)
    expected[of] = False
    np.testing.assert_array_equal(found.is_known(2), expected)
    forgotten = np.zeros(rows.cells.shape, dtype=bool)
    forgotten[:9, 1] = forgotten[20:30, 2] = True
    found = evidence(rows.forget(forgotten), known, folds.of_row)
    expected[:9] = False
    np.testing.assert_array_equal(found.is_known(2), expected)


def test_of_new_rows_the_average_fit_is_known(fitted):
    model, folds = fitted
    known = knowledge_without_folds(cross_fit(model, folds))
    new = model.locate(drawn(99))
    found = evidence(new, known.averaged(Bilinear(model)))
    each = [evidence(new, known, np.full(len(new), fold)) for fold in range(N_FOLDS)]
    for name in ("prediction", "counts"):
        expected = np.mean([getattr(one, name) for one in each], axis=0)
        np.testing.assert_allclose(getattr(found, name), expected, atol=1e-10)
    # each row is in one fold, and so counts in all fits but one
    whole = evidence(new, full_knowledge(model, folds))
    np.testing.assert_allclose(found.counts, whole.counts * (1 - 1 / N_FOLDS))


@pytest.mark.parametrize("with_products", [False, True])
def test_many_rows_are_read_as_all_at_once(fitted, with_products, monkeypatch):
    monkeypatch.setattr(_evidence, "ROWS_AT_ONCE", 37)  # the last part is smaller
    model, folds = fitted
    known = cross_fit(model, folds)
    if with_products:
        known = with_pairs(known, [Pair((0, 1), 2)])
    knowledge = knowledge_without_folds(known)
    features = np.empty((len(known.rows), count_features(known.rows, knowledge)))
    read = read_rows(known.rows, knowledge, folds.of_row, features)
    whole = evidence(known.rows, knowledge, folds.of_row)
    assert read.features is features
    np.testing.assert_allclose(read.features, whole.features, atol=1e-12)
    np.testing.assert_allclose(read.prediction, whole.prediction, atol=1e-12)
    np.testing.assert_array_equal(read.counts, whole.counts)


def test_what_a_row_is_told_without_its_fold_does_not_depend_on_its_target(
    fitted, monkeypatch
):
    # or equations of all fits might be solved in another number of steps
    monkeypatch.setattr(_mixed_model, "TOLERANCE", 1e-11)
    model, folds = fitted
    inputs = folds.sample.inputs
    rows, of = model.locate(inputs), folds.rows_of(0)

    def told():
        known = knowledge_without_folds(cross_fit(model, folds))
        return evidence(rows, known, folds.of_row).features[of]

    before = told()
    folds.sample.target[of] += 100
    np.testing.assert_allclose(told(), before, atol=1e-7)
    folds.sample.target[folds.rows_of(1)] += 100
    assert np.abs(told() - before).max() > 1


def test_a_model_of_lines_alone_knows_no_counts():
    inputs = drawn(0)
    sample = make_sample(inputs, inputs.quantities[:, :1], None)
    ramps = learn_ramps(inputs.quantities, sample.weight)
    model = fit_mixed_model(ramps, [], sample, 2)
    rows = model.locate(inputs)
    folds = deal_into_folds(sample, N_FOLDS, np.random.default_rng(0))
    known = knowledge_without_folds(cross_fit(model, folds))
    assert known.counts.shape == (0, N_FOLDS)
    found = evidence(rows, known.averaged(Bilinear(model)))
    assert found.is_known(0).all()
    assert found.features.shape == (400, sum(ramps.blocks) + 2)
    np.testing.assert_array_equal(found.features[:, -1], found.prediction)


def test_what_pairs_add_is_told_without_the_rows_fold(fitted):
    model, folds = fitted
    found = with_pairs(cross_fit(model, folds), [Pair((0, 1), 2)])
    known = knowledge_without_folds(found)
    told = evidence(found.rows, known, folds.of_row)
    n_lines, n_terms = found.rows.lines.n_columns, len(model.terms)
    added = told.features[:, n_lines + 2 + n_terms]
    np.testing.assert_allclose(added, found.products)
    assert np.abs(added).max() > 0
    plain = found.model.mixed.predict(found.rows, found.coefficients, folds.of_row)
    np.testing.assert_allclose(told.prediction, plain + added)
    new = model.locate(drawn(99))
    average = known.averaged(found.model)
    told = evidence(new, average)
    expected = found.model.factors[0].predict(new)
    np.testing.assert_allclose(told.features[:, n_lines + 2 + n_terms], expected)
