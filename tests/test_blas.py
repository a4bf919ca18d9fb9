"""The limit of BLAS threads comes with the first user and goes with the last."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from threadpoolctl import threadpool_info

from skembed import EmbeddingRegressor, _blas
from skembed._blas import one_blas_thread


def blas_threads():
    return [i["num_threads"] for i in threadpool_info() if i["user_api"] == "blas"]


def test_nested_users_share_the_limit():
    before = blas_threads()
    with one_blas_thread():
        with one_blas_thread():
            assert set(blas_threads()) == {1}
        assert set(blas_threads()) == {1}
    assert blas_threads() == before


def test_users_that_overlap_share_one_limit_until_the_last_leaves():
    """What OpenBLAS reports differs between threads, so the books are looked at."""
    both, first_left = Barrier(2), Barrier(2)

    def first():
        with one_blas_thread():
            both.wait()
        first_left.wait()

    def second():
        with one_blas_thread():
            both.wait()
            first_left.wait()
            assert len(_blas._limits) == 1

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(first), pool.submit(second)]:
            future.result()
    assert not _blas._limits


def test_a_fit_that_fails_lifts_the_limit(shops):
    before = blas_threads()
    X, y = shops
    with pytest.raises(ValueError, match="learning_rate"):
        EmbeddingRegressor(learning_rate=-1).fit(X, y)
    EmbeddingRegressor(n_networks=0).fit(X, y)
    assert blas_threads() == before
