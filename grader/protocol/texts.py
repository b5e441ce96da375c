"""Texts that cross the boundary as one run of bytes, beside a list of their lengths."""

from collections.abc import Iterable, Iterator, Sequence


def packed(texts: Iterable[str]) -> tuple[list[int], bytes]:
    """The length of each text in bytes, and all of them; also of those that hold half a pair of surrogates."""
    raw = [text.encode(errors="surrogatepass") for text in texts]
    return [len(each) for each in raw], b"".join(raw)


def unpacked(lengths: Sequence[int], raw: bytes) -> list[str]:
    """The way back. Raises ValueError for what `packed` does not make."""
    if sum(lengths) != len(raw) or min(lengths, default=0) < 0:
        raise ValueError("texts of other lengths")
    return list(_each(lengths, raw))


def _each(lengths: Sequence[int], raw: bytes) -> Iterator[str]:
    begin = 0
    for length in lengths:
        yield raw[begin : begin + length].decode(errors="surrogatepass")
        begin += length
