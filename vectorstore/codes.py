"""Vectors in few bytes.

A paper's vector is rounded to 8 bits a component: on average that moves a cosine by 0.0004, less than computing it in
bf16 does. A sentence's vector is kept as what it has in common with its paper's, and 2 bits a component of the rest;
that finds evidence almost as well as the whole vector (`python benchmarks/codes.py` compares them).
"""

import numpy as np
import numpy.typing as npt

from assistant.protocols import Vectors

LEVELS = np.array([-1.5104, -0.4528, 0.4528, 1.5104], dtype=np.float32)
"""The four values that stand for normally distributed ones with the least error (Max 1960, Quantizing for Minimum
Distortion)."""

BOUNDS = (LEVELS[1:] + LEVELS[:-1]) / 2
SHIFTS = np.array([0, 2, 4, 6], dtype=np.uint8)
UNPACKED = LEVELS[(np.arange(256, dtype=np.uint8)[:, None] >> SHIFTS) & 3]
"""The four values in each byte."""

SMALL = 1e-9


def pack(vector: Vectors) -> bytes:
    """Round a vector to 8 bits a component, with its scale before them."""
    scale = np.float32(max(float(np.abs(vector).max()), SMALL) / 127)
    return scale.tobytes() + np.round(vector / scale).astype(np.int8).tobytes()


def unpack(blobs: list[bytes]) -> Vectors:
    """Return what `pack` packed, one vector a row."""
    if not blobs:
        return np.zeros((0, 0), dtype=np.float32)
    packed = np.frombuffer(b"".join(blobs), dtype=np.int8).reshape(len(blobs), -1)
    scales = np.ascontiguousarray(packed[:, :4]).view(np.float32)
    return packed[:, 4:].astype(np.float32) * scales


def encode(paper: Vectors, sentences: Vectors) -> npt.NDArray[np.uint8]:
    """Code the vectors of a paper's sentences.

    Args:
        paper: As it is kept, shape (dimension,).
        sentences: Unit vectors, shape (sentences, dimension).

    Returns:
        One code a row, shape (sentences, 4 + dimension / 4 rounded up): the cosine to the paper's vector and the
        weight of the rest as float16, then the rest.
    """
    cosines = sentences @ paper
    rest = sentences - cosines[:, None] * paper
    spread = np.maximum(rest.std(axis=1, keepdims=True), SMALL)
    digits = np.digitize(rest / spread, BOUNDS).astype(np.uint8)
    values = LEVELS[digits]
    weights = (rest * values).sum(axis=1) / np.maximum((values * values).sum(axis=1), SMALL)
    digits = np.pad(digits, ((0, 0), (0, -digits.shape[1] % 4))).reshape(len(digits), -1, 4)
    heads = np.stack([cosines, weights], axis=1).astype(np.float16).view(np.uint8)
    return np.concatenate([heads, (digits << SHIFTS).sum(axis=2, dtype=np.uint8)], axis=1)


def decode(papers: Vectors, codes: npt.NDArray[np.uint8]) -> Vectors:
    """Return the vectors of sentences, about as long as 1.

    Args:
        papers: For each sentence the vector of its paper, shape (sentences, dimension).
        codes: As `encode` returns them.
    """
    heads = np.ascontiguousarray(codes[:, :4]).view(np.float16).astype(np.float32)
    rest = UNPACKED[codes[:, 4:]].reshape(len(codes), -1)[:, : papers.shape[1]]
    vectors: Vectors = heads[:, :1] * papers + heads[:, 1:] * rest
    return vectors
