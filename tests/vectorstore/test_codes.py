import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from assistant.protocols import Vectors
from assistant.vectorstore import codes

NUMBERS = st.floats(-1, 1, width=32)
DIMENSIONS = st.integers(1, 24)


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: Vectors = (vectors / np.where(lengths < 1e-6, 1, lengths)).astype(np.float32)
    return unit


def _some(seed: int, *shape: int) -> Vectors:
    return _unit(np.random.default_rng(seed).normal(size=shape).astype(np.float32))


def test_vector_takes_a_byte_a_component_and_four_for_its_scale() -> None:
    packed = codes.pack(np.array([0.6, -0.8, 0.0], dtype=np.float32))
    assert len(packed) == 4 + 3
    assert list(np.frombuffer(packed[4:], dtype=np.int8)) == [95, -127, 0]
    np.testing.assert_allclose(codes.unpack([packed]), [[95 / 127 * 0.8, -0.8, 0.0]], rtol=1e-6)


def test_vectors_come_back_one_a_row_in_their_order() -> None:
    east, north = np.array([1, 0], dtype=np.float32), np.array([0, 1], dtype=np.float32)
    assert codes.unpack([codes.pack(north), codes.pack(east)]).tolist() == [[0, 1], [1, 0]]
    assert codes.unpack([]).shape == (0, 0)


def test_vector_of_nothing_stays_nothing() -> None:
    assert codes.unpack([codes.pack(np.zeros(3, dtype=np.float32))]).tolist() == [[0, 0, 0]]


@given(DIMENSIONS.flatmap(lambda size: arrays(np.float32, size, elements=NUMBERS)))
def test_no_component_moves_by_more_than_half_a_step(vector: Vectors) -> None:
    read = codes.unpack([codes.pack(vector)])[0]
    assert np.abs(read - vector).max() <= np.abs(vector).max() / 254 * 1.001 + 1e-9


def test_rounding_moves_a_cosine_by_less_than_a_thousandth_as_a_rule() -> None:
    vectors, queries = _some(1, 200, 384), _some(2, 20, 384)
    read = codes.unpack([codes.pack(vector) for vector in vectors])
    moved = np.abs(read @ queries.T - vectors @ queries.T)
    assert np.sqrt((moved**2).mean()) < 0.0005
    assert moved.max() < 0.002


def test_sentence_takes_two_bits_a_component_and_four_bytes() -> None:
    assert codes.encode(_some(1, 384), _some(2, 5, 384)).shape == (5, 4 + 96)
    assert codes.encode(_some(1, 6), _some(2, 5, 6)).shape == (5, 4 + 2)


def test_sentence_that_is_the_whole_paper_comes_back_as_it() -> None:
    paper = _some(1, 384)
    read = codes.decode(paper[None], codes.encode(paper, paper[None]))
    np.testing.assert_allclose(read, paper[None], atol=1e-3)


def test_sentence_keeps_its_cosine_to_the_paper_and_nearly_to_all_else() -> None:
    paper, queries = _some(1, 384), _some(2, 50, 384)
    sentences = _unit(0.7 * paper + 0.7 * _some(3, 30, 384))
    read = codes.decode(np.repeat(paper[None], 30, axis=0), codes.encode(paper, sentences))
    np.testing.assert_allclose(read @ paper, sentences @ paper, atol=0.03)
    assert np.abs(read @ queries.T - sentences @ queries.T).max() < 0.08


PAIRS = DIMENSIONS.flatmap(
    lambda size: st.tuples(arrays(np.float32, size, elements=NUMBERS), arrays(np.float32, (3, size), elements=NUMBERS))
)


@given(PAIRS)
def test_coding_is_never_worse_than_leaving_out_what_is_not_the_papers(pair: tuple[Vectors, Vectors]) -> None:
    paper, sentences = _unit(pair[0]), _unit(pair[1])
    read = codes.decode(np.repeat(paper[None], 3, axis=0), codes.encode(paper, sentences))
    rest = sentences - (sentences @ paper)[:, None] * paper
    assert (np.linalg.norm(read - sentences, axis=1) <= np.linalg.norm(rest, axis=1) + 2e-3).all()
