"""Exact nearest neighbours, for what the index does not hold."""

import numpy as np

from assistant.protocols import Vectors
from assistant.vectorstore.records import Rows


def nearest(query: Vectors, rows: Rows, vectors: Vectors, k: int) -> dict[int, float]:
    """Find the k rows whose vectors are nearest to the query.

    Args:
        query: Unit vector, shape (dimension,).
        rows: Shape (n,).
        vectors: Unit vectors, shape (n, dimension).
        k: How many.

    Returns:
        Row and cosine, nearest first; of equally near ones the earlier row.
    """
    if len(rows) == 0:
        return {}
    cosines = vectors @ query
    best = np.argpartition(-cosines, k)[:k] if k < len(rows) else np.arange(len(rows))
    order = best[np.lexsort((rows[best], -cosines[best]))]
    return {int(rows[at]): float(cosines[at]) for at in order}
