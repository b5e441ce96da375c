"""Files, and archives of them as students make them."""

import io
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

Files = dict[str, bytes]


def write_files(files: Mapping[str, bytes], place: Path) -> Path:
    """Write files below a folder, whose names may hold anything but a slash."""
    for name, raw in files.items():
        target = place / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(raw)
    return place


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED, slash: str = "/") -> bytes:
    """The bytes of a .zip."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, raw in files.items():
            entry = zipfile.ZipInfo("it", (2026, 11, 1, 12, 0, 0))
            entry.filename, entry.compress_type = name.replace("/", slash), method
            archive.writestr(entry, raw)
    return stream.getvalue()


def tarred(files: Mapping[str, bytes]) -> bytes:
    """The bytes of a .tar.gz."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=1) as archive:
        for name, raw in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = len(raw), 1_800_000_000
            archive.addfile(entry, io.BytesIO(raw))
    return stream.getvalue()


def seven_zipped(files: Mapping[str, bytes]) -> bytes:
    """The bytes of a .7z, made by bsdtar."""
    with TemporaryDirectory() as folder:
        write_files(files, Path(folder, "files"))
        target = Path(folder, "it.7z")
        subprocess.run(["bsdtar", "--format=7zip", "-cf", target, "-C", f"{folder}/files", "."], check=True)
        return target.read_bytes()


KINDS: dict[str, tuple[str, Callable[[Files], bytes]]] = {  # the name of the file, and how it is made
    "zip": ("Lab 5.zip", zipped),
    "ZIP": ("LAB 5.ZIP", zipped),
    "zip in zip": ("Lab 5.zip", lambda files: zipped({"Lab 5.zip": zipped(files)})),
    "stored zip": ("Lab 5.zip", lambda files: zipped(files, zipfile.ZIP_STORED)),
    "backslash zip": ("Lab 5.zip", lambda files: zipped(files, slash="\\")),
    "tgz": ("Lab 5.tgz", tarred),
    "tgz in zip": ("Lab 5.zip", lambda files: zipped({"work/lab.tar.gz": tarred(files)})),
    "7z": ("Lab 5.7z", seven_zipped),
}
ARCHIVES = ("none", *KINDS)


def packed(kind: str, files: Files) -> Files:
    """The archive of that kind, under the student's name for it."""
    name, make = KINDS[kind]
    return {name: make(files)}
