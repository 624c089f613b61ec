"""The language model that turns a text into 384 numbers; alike texts have alike numbers.

A loaded model takes 170 MB, so pages never load it, and the job runs it in a process of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from papers.similarity.vectors import DIMENSIONS
from papers.similarity.weights import WORDS_ALONE, NoModelError, Weights, find_weights

MOST_TOKENS: Final = 256  # the model was trained on as many; a title with an abstract has 190
_LONGEST: Final = 10_000  # characters that the tokenizer reads: more do not fit into the tokens
_INPUTS: Final = {"input_ids", "attention_mask", "token_type_ids"}
_THREADS: Final = 1  # 38 ms a paper; two take 45 % of the time off, and a second core from the mail
_log = logging.getLogger(__name__)


class Model:
    """A loaded model and its tokenizer.

    Raises:
        NoModelError: the files are no model of this form, or its vectors have another size.
    """

    def __init__(self, weights: Weights) -> None:
        self.name = weights.name
        try:
            self._tokenizer = _tokenizer(weights)
            self._session = _session(weights)
        except (
            Exception
        ) as error:  # both libraries raise classes of their own, also plain Exception
            raise NoModelError(f"it cannot be loaded: {_first_line(error)}") from error
        self._inputs = {one.name for one in self._session.get_inputs()}
        if unknown := self._inputs - _INPUTS:
            raise NoModelError(f"it has an unknown input: {', '.join(sorted(unknown))}")
        self._try()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row of length 1 for each text, shape (texts, 384); zeros for one without words.

        One text at a time: a batch takes twice the time a text, and three times the memory.
        """
        made = np.zeros((len(texts), DIMENSIONS), np.float32)
        for row, text in enumerate(texts):
            made[row] = self._embedded(text)
        return made

    def _embedded(self, text: str) -> NDArray[np.float32]:
        """The mean over the tokens, of length 1."""
        readable = text[:_LONGEST].encode("utf-8", "ignore").decode()  # no half of a surrogate pair
        ids = np.array([self._tokenizer.encode(readable).ids], np.int64)
        if not ids.size:
            return np.zeros(DIMENSIONS, np.float32)
        given = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        output = self._session.run(None, {name: given[name] for name in self._inputs})[0]
        values = np.asarray(output, np.float32)[0]
        mean = values.mean(axis=0) if values.ndim == 2 else values
        length = float(np.linalg.norm(mean))
        if not np.isfinite(length) or not length:
            return np.zeros(mean.shape, np.float32)
        return np.asarray(mean / length, np.float32)

    def _try(self) -> None:
        try:
            size = self._embedded("A walrus dives for clams.").shape
        except Exception as error:
            raise NoModelError(f"it cannot read a text: {_first_line(error)}") from error
        if size != (DIMENSIONS,):
            raise NoModelError(f"its vectors have the shape {size}, not ({DIMENSIONS},)")


def load_model() -> Model | None:
    """The model of EMBEDDING_MODEL, in this process; None where there is none, which is logged."""
    try:
        return open_model(settings.EMBEDDING_MODEL)
    except NoModelError as error:
        _log.warning("No embedding model, so papers are compared by words alone: %s", error)
        return None


def open_model(setting: str) -> Model | None:
    """The model that a value of EMBEDDING_MODEL names; None for "none".

    Raises:
        NoModelError: there is none that can be used.
    """
    return None if setting == WORDS_ALONE else Model(find_weights(setting))


def text_of(title: str, abstract: str) -> str:
    """What the model reads of a paper."""
    return f"{title}. {abstract}" if abstract else title


def _tokenizer(weights: Weights) -> Any:
    from tokenizers import Tokenizer  # noqa: PLC0415 (20 MB, which only the job needs)

    tokenizer = Tokenizer.from_file(str(weights.tokenizer))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MOST_TOKENS)
    return tokenizer


def _session(weights: Weights) -> Any:
    import onnxruntime  # noqa: PLC0415 (20 MB, which only the job needs)

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = _THREADS
    # The arena would keep the memory of the longest text to the end of the process.
    options.enable_cpu_mem_arena = options.enable_mem_pattern = False
    options.log_severity_level = 3  # errors: its warnings are about graphics cards
    return onnxruntime.InferenceSession(
        str(weights.model), options, providers=["CPUExecutionProvider"]
    )


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
