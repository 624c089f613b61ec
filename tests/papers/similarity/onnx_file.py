"""A tiny ONNX model as bytes: each token's number times a row of ones.

The package `onnx` would write it as well, but nothing else needs it. The numbers are those of the
fields in onnx.proto.
"""

from __future__ import annotations

import struct

_INT64, _FLOAT = 7, 1


def onnx_model(name: str, size: int) -> bytes:
    """A model whose one input is `name` (1, tokens), and whose output is (1, tokens, size)."""
    graph = _joined(
        _message(1, _node("Cast", [name], "numbers", _attribute("to", _FLOAT))),
        _message(1, _node("Unsqueeze", ["numbers", "axis"], "column")),
        _message(1, _node("MatMul", ["column", "ones"], "hidden")),
        _message(2, b"tiny"),
        _message(5, _tensor("axis", _INT64, [1], struct.pack("<q", 2))),
        _message(5, _tensor("ones", _FLOAT, [1, size], struct.pack("<f", 1.0) * size)),
        _message(11, _value(name, _INT64, 2)),
        _message(12, _value("hidden", _FLOAT, 3)),
    )
    return _joined(_number(1, 8), _message(8, _number(2, 13)), _message(7, graph))


def _node(kind: str, inputs: list[str], output: str, *attributes: bytes) -> bytes:
    return _joined(
        *(_message(1, one.encode()) for one in inputs),
        _message(2, output.encode()),
        _message(4, kind.encode()),
        *(_message(5, one) for one in attributes),
    )


def _attribute(name: str, value: int) -> bytes:
    return _joined(_message(1, name.encode()), _number(3, value), _number(20, 2))


def _tensor(name: str, kind: int, shape: list[int], content: bytes) -> bytes:
    dimensions = (_number(1, one) for one in shape)
    return _joined(*dimensions, _number(2, kind), _message(8, name.encode()), _message(9, content))


def _value(name: str, kind: int, dimensions: int) -> bytes:
    shape = _joined(*(_message(1, _message(2, f"d{one}".encode())) for one in range(dimensions)))
    tensor = _joined(_number(1, kind), _message(2, shape))
    return _joined(_message(1, name.encode()), _message(2, _message(1, tensor)))


def _message(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


def _joined(*parts: bytes) -> bytes:
    return b"".join(parts)
