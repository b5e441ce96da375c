"""What was handed in as a list of files, whatever it is wrapped in, and which of them are passed over by their kind.

Everything may be hostile: links are not followed, numbers and sizes are bounded, names are never used as paths.
"""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from ..core.errors import UserError
from ..core.outcomes import LeftOut
from ..core.text import one_line

MAX_ENTRIES = 100_000  # of one folder or archive, pictures and data included
MAX_DEPTH = 12
MAX_MODULE_BYTES = 2**20  # those of an assignment are a few KiB
MAX_FILE_BYTES = 16 * 2**20  # an executed notebook holds its pictures
JUNK = frozenset({"node_modules", "site-packages", "venv", "virtualenv"})
ENVIRONMENT = "pyvenv.cfg"  # lies in every virtual environment, whatever its name
MODULE, NOTEBOOK = ".py", ".ipynb"
NOTEBOOKS = (NOTEBOOK, f"{NOTEBOOK}.txt", f"{NOTEBOOK}.json")  # browsers add the others to what they save
ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst")


class UnreadableSubmission(UserError):
    """What is at a path cannot be read as a submission."""


@dataclass(frozen=True)
class File:
    """A file that may belong to a submission.

    path: its name below the whole, with slashes. content: its first n bytes; raises UnreadableSubmission or OSError.
    place: where it lies on the disk, None in an archive. archive: the path of the archive around it, "" without one.
    time: the kind of that archive and the seconds, on a clock of its own, when the file was last changed; None in a
    folder, where a download or a copy sets the time anew.
    """

    path: str
    content: Callable[[int], bytes]
    place: Path | None = None
    archive: str = ""
    time: tuple[str, float] | None = None

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """The path of the folder it lies in, "" at the top."""
        return self.path.rpartition("/")[0]

    def read(self, limit: int = 0) -> bytes:
        """Its bytes. Raises UnreadableSubmission if there are too many or they cannot be read, and OSError."""
        limit = limit or (MAX_MODULE_BYTES if has_suffix(self.path, MODULE) else MAX_FILE_BYTES)
        raw = self.content(limit + 1)
        if len(raw) > limit:
            raise UnreadableSubmission(f"{shown(self.path)} is larger than {limit >> 20} MiB")
        return raw


class Listing(NamedTuple):
    """The files of a folder or an archive, and what was left out of it."""

    files: tuple[File, ...]
    left_out: tuple[LeftOut, ...]


def has_suffix(path: str, *suffixes: str) -> bool:
    """Whether a name ends in one of these, in capitals or not."""
    return path.casefold().endswith(suffixes)


def is_wanted(path: str) -> bool:
    """Whether a file of this name may be a part of a submission; all others are passed over and never opened."""
    return has_suffix(path, MODULE, *NOTEBOOKS, *ARCHIVES) and not path.rpartition("/")[2].startswith(".")


def is_junk(folder: str) -> bool:
    """Whether a folder of this name is nobody's work: hidden, or made by Python, macOS or an installer."""
    return (folder.startswith((".", "__")) and folder != "..") or folder.casefold() in JUNK


def plain_name(name: str) -> str:
    """A name as Python and people write it: accents are composed, which macOS takes apart, and slashes are slashes."""
    return unicodedata.normalize("NFC", name.replace("\\", "/")).removeprefix("./")


def leads_out(name: str) -> bool:
    """Whether a name in an archive is absolute, or leads upwards, in the manner of any system."""
    return name.startswith("/") or ".." in name.split("/") or name[1:2] == ":"


def without_junk(names: Iterable[str]) -> list[str]:
    """The names in an archive that may be a part of a submission, by `is_wanted` and by their folders."""
    names = [name for name in names if name.count("/") <= MAX_DEPTH]
    environments = {name.removesuffix(f"/{ENVIRONMENT}") for name in names if name.endswith(f"/{ENVIRONMENT}")}

    def is_visible(name: str) -> bool:
        *folders, _ = name.split("/")
        return not any(map(is_junk, folders)) and environments.isdisjoint(accumulate(folders, "{}/{}".format))

    return [name for name in names if is_wanted(name) and is_visible(name)]


def no_file(path: str, *, is_link: bool) -> LeftOut:
    """The note on what lies there in place of a file."""
    return LeftOut(shown(path), f"it is {'a link' if is_link else 'no ordinary file'}; hand in the file itself")


def shown(path: str) -> str:
    """A name for messages, which may be of any length and hold anything."""
    return one_line(path, 80)
