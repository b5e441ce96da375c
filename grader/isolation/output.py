"""What a submission prints: all is read, so that it never waits, and the beginning is kept. For display only."""

import os
import selectors
import threading

JOIN_SECONDS = 60.0  # for what is still in the pipes, on a busy machine


class Output:
    """Two pipes that a thread reads until both are closed at the other end.

    kept: how many bytes of each are kept.
    """

    def __init__(self, kept: int):
        self._kept = kept
        self._pipes = [os.pipe(), os.pipe()]
        self._texts = [bytearray(), bytearray()]
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    @property
    def writing_ends(self) -> list[int]:
        """Descriptors for the child's stdout and stderr. Close them here once the child has them."""
        return [write for _, write in self._pipes]

    def close_writing_ends(self) -> None:
        """Leave them open in the child alone."""
        for write in self.writing_ends:
            os.close(write)

    def _read(self) -> None:
        with selectors.DefaultSelector() as selector:
            for (read, _), text in zip(self._pipes, self._texts, strict=True):
                selector.register(read, selectors.EVENT_READ, text)
            while selector.get_map():
                for key, _ in selector.select():
                    chunk = os.read(key.fd, 65536)
                    key.data.extend(chunk[: max(self._kept - len(key.data), 0)])
                    if not chunk:
                        selector.unregister(key.fd)
                        os.close(key.fd)

    def texts(self) -> tuple[str, str]:
        """The beginnings of stdout and stderr. Ask once the child has ended."""
        self._thread.join(timeout=JOIN_SECONDS)
        out, err = (bytes(text).decode(errors="replace") for text in self._texts)
        return out, err
