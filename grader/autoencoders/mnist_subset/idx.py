"""The four official files of MNIST: found, verified by their content, read.

The files are in the IDX format: a magic number that names the type and the number of dimensions, the sizes of the
dimensions as big-endian 32-bit integers, then the bytes of the array in row-major order.
"""

import gzip
import hashlib
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np


class MnistImportError(ValueError):
    """A file of MNIST is missing, damaged or another one; the message names the file and says what to do."""


@dataclass(frozen=True)
class OfficialFile:
    """One file as it was published; `size` in bytes and `sha256` are those of the uncompressed content."""

    name: str
    size: int
    sha256: str


TRAIN_IMAGES = OfficialFile(
    "train-images-idx3-ubyte", 47_040_016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
)
TRAIN_LABELS = OfficialFile(
    "train-labels-idx1-ubyte", 60_008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
)
TEST_IMAGES = OfficialFile(
    "t10k-images-idx3-ubyte", 7_840_016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
)
TEST_LABELS = OfficialFile(
    "t10k-labels-idx1-ubyte", 10_008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
)
OFFICIAL_FILES = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)


def read_official(folder: Path, file: OfficialFile) -> bytes:
    """The uncompressed content of `file`, from `folder`/name or `folder`/name.gz. Raises MnistImportError."""
    path = find(folder, file)
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            content = stream.read(file.size + 1)  # one byte more shows that a file is too long, however long it is
    except EOFError:
        raise MnistImportError(f"{path} is truncated: download it again") from None
    except (OSError, zlib.error) as error:
        raise MnistImportError(f"{path} cannot be read ({error}): download it again") from None
    if len(content) < file.size:
        raise MnistImportError(f"{path} is truncated: {len(content)} of {file.size} bytes; download it again")
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise MnistImportError(f"{path} is not the official MNIST file (another checksum): download it again")
    return content


def find(folder: Path, file: OfficialFile) -> Path:
    """The plain file, or the compressed one. Raises MnistImportError if there is neither."""
    for path in (folder / file.name, folder / f"{file.name}.gz"):
        if path.is_file():
            return path
    raise MnistImportError(f"{folder / file.name} is missing (.gz will do, too): put the four MNIST files there")


def parse(content: bytes) -> np.ndarray:
    """The uint8 array that an IDX file of unsigned bytes holds: (n, 28, 28) for images, (n,) for labels."""
    dimensions = content[3]
    shape = np.frombuffer(content, ">i4", count=dimensions, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)
