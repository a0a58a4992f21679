"""One number of BLAS threads on every machine: sums are split by it, so the bits depend on it."""

from contextlib import AbstractContextManager

THREADS = 2


def fixed_blas_threads() -> AbstractContextManager[object]:
    """Within it BLAS and LAPACK run on THREADS threads, however many cores there are."""
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(THREADS, "blas")
    return limits
