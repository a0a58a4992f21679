"""Python functions compiled to machine code by Numba: one thread, and IEEE arithmetic as written.

While a kernel runs, other Python threads run too.

A kernel is compiled when its module is imported, once per Python process, and kept on disk for
the next process: in `__pycache__` beside the module, or in Numba's folder of the user where that
cannot be written or the package is a zip archive. Where neither can be written, each process
compiles for itself.
"""

from collections.abc import Callable
from itertools import product
from typing import Any, TypeVar

import numba
from numba import types

Function = TypeVar("Function", bound=Callable[..., Any])


def _vector(kind: Any, dimensions: int = 1, readonly: bool = True) -> Any:
    return types.Array(kind, dimensions, "C", readonly=readonly)


# Arrays that a kernel reads, which may lie in a file mapped for reading, and arrays it writes.
FLOATS, MATRIX = _vector(types.float32), _vector(types.float32, 2)
INTS, INT_MATRIX = _vector(types.int32), _vector(types.int32, 2)
LONGS = _vector(types.int64)
# Either of two types: counts are kept in as few bytes as hold them.
COUNT_MATRIX = (_vector(types.uint16, 2), _vector(types.uint32, 2))
FLOATS_OUT, MATRIX_OUT = (_vector(types.float32, n, readonly=False) for n in (1, 2))
INTS_OUT, LONGS_OUT = (_vector(kind, readonly=False) for kind in (types.int32, types.int64))
MASK_OUT = _vector(types.boolean, 2, readonly=False)
LONG, FLOAT = types.int64, types.float32
NOTHING = types.void


def compiled(result: Any, *arguments: Any) -> Callable[[Function], Function]:
    """Compile the function for these types of its result and arguments.

    An argument of several types is a tuple; each of its types is compiled for.
    """
    choices = (argument if isinstance(argument, tuple) else (argument,) for argument in arguments)
    signature = [result(*chosen) for chosen in product(*choices)]

    def compile_now(function: Function) -> Function:
        try:
            return numba.njit(signature, cache=True, nogil=True)(function)  # type: ignore[no-any-return]
        except Exception:
            # No folder for the cache, a full or failing disk, a damaged file in the cache. An
            # error in the function itself comes up again.
            return numba.njit(signature, nogil=True)(function)  # type: ignore[no-any-return]

    return compile_now
