"""What a submission prints: read all of it, so that it never waits, and keep the beginning. For display only."""

import os
import selectors
import threading


class Output:
    """Two pipes, read by a thread until both are closed at the other end."""

    def __init__(self, kept: int):
        self._kept = kept
        self._pipes = [os.pipe(), os.pipe()]
        self._texts = [bytearray(), bytearray()]
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    @property
    def writing_ends(self) -> list[int]:
        """Descriptors for the child's stdout and stderr; to be closed here once the child has them."""
        return [write for _, write in self._pipes]

    def close_writing_ends(self) -> None:
        """Leave them to the child."""
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
        """What stdout and stderr began with; to be asked when the child has ended."""
        self._thread.join(timeout=5)
        out, err = (bytes(text).decode(errors="replace") for text in self._texts)
        return out, err
