"""Files of the scratch folder that a process keeps by mapping them, though no name and no descriptor leads to them."""

import os
from contextlib import suppress
from pathlib import Path

DELETED = " (deleted)"  # what the kernel writes behind the name that a file had


def mapped_and_unlinked(process: int, scratch: Path, largest: int) -> dict[tuple[int, int], int]:
    """Bytes on the disk of such files, by device and inode.

    largest: what a file is taken for where the kernel does not tell its size, as it does to the administrator alone: a
    single page that is mapped keeps the whole file.
    """
    found: dict[tuple[int, int], int] = {}
    with suppress(OSError):  # it has just ended
        for line in Path(f"/proc/{process}/maps").read_text(errors="replace").splitlines():
            span, _, _, device, inode, *name = line.split(None, 5)
            if name and name[0].startswith(f"{scratch.resolve()}/") and name[0].endswith(DELETED):
                file = tuple(int(number, 16) for number in device.split(":"))
                found[os.makedev(*file), int(inode)] = _size(process, span, largest)
    return found


def _size(process: int, span: str, largest: int) -> int:
    begin, end = (f"{int(address, 16):x}" for address in span.split("-"))
    try:
        return Path(f"/proc/{process}/map_files/{begin}-{end}").stat().st_blocks * 512
    except FileNotFoundError:  # it has just been unmapped
        return 0
    except OSError:
        return largest
