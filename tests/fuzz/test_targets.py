"""The targets of the fuzzers on inputs that are the same in every run of the tests.

`make fuzz` runs them for as long as one likes. What it found stands in the tests of what was mended.
"""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.fuzz import judging, mutations, reading, seeds

YAML = tuple(seeds.recorded_yaml())
MANIFESTS = tuple(data[: reading.LIMITS.file_size] for data in seeds.manifests(beside=False))
OBJECTS = seeds.objects(beside=False)
SCRAPS = [
    *(bytes([byte]) for byte in b"a1: -?[]{},#&*!|>'\"%@`~<=.\n\t\\"),
    b"\n---\n", b"\n- ", b"\xef\xbb\xbf", b"\xc2\x85", b"\xe2\x80\xa8", b"\xff\xfe", b"\0",
    b"!!binary ", b"<<: *a", b"&a ", b"\\ud800", b"? ", b"%YAML 1.2\n",
]  # fmt: skip


@st.composite
def spoilt_files(draw: st.DrawFn) -> bytes:
    """A file with pieces of itself and of others where they do not belong."""
    data = draw(st.sampled_from(YAML) | st.sampled_from(MANIFESTS))
    for _ in range(draw(st.integers(0, 4))):
        at, taken = draw(st.integers(0, len(data))), draw(st.integers(0, 8))
        put = draw(st.sampled_from(SCRAPS) | st.sampled_from(YAML) | st.binary(max_size=4))
        data = data[:at] + put + data[at + taken :]
    return data


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(spoilt_files())
@example(b"a: *a\n")
@example(b'a: "\\N\\_\\L\\P"\n')
@example(b'{"apiVersion": "v1", "kind": "\\ud800"}')
def test_every_file_is_read(data: bytes) -> None:
    reading.read_file(data)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(st.integers(0, len(OBJECTS) - 1), st.binary(min_size=1, max_size=24))
def test_every_object_is_judged(number: int, data: bytes) -> None:
    judging.judge([mutations.spoilt(bytes([number % 256]) + data, OBJECTS)])
