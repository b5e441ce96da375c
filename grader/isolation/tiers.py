"""The tiers of isolation, best first: what each consists of, and what reports call it."""

import os
from dataclasses import dataclass

from ..core.limits import MEBIBYTE, Limits
from . import seccomp
from .confinement import Confinement
from .view import OWN, ROOT, View

ADDRESS_SPACE = 2  # times the resident limit, beside what TensorFlow reserves
RESERVED_BYTES = 4 * 2**30
NEWEST_LANDLOCK = 7


@dataclass(frozen=True)
class Tier:
    """A way to confine submissions. Reports show `name`."""

    name: str
    description: str
    bubblewrap: bool = False
    landlock: bool = False
    other_user: bool = False

    def confinement(self, view: View, limits: Limits, uid: int | None, disabled: tuple[str, ...] = ()) -> Confinement:
        """The policy that the child applies to itself. Raises ImportError or RuntimeError without libseccomp."""
        return Confinement(
            namespaces=self.bubblewrap,
            uid=uid,
            landlock_abi=NEWEST_LANDLOCK if self.landlock else None,
            readable=(*map(str, view.readable), *self._data(view)),
            listed=tuple(map(str, view.listed)),
            seccomp=seccomp.program().hex() if self.landlock else "",
            reads_closed_folders=self.other_user and not self.bubblewrap and not _open_to_all(view),
            scratch_bytes=int(limits.scratch_mib * MEBIBYTE),
            scratch_files=limits.scratch_files,
            file_bytes=int(limits.file_mib * MEBIBYTE),
            processes=limits.processes if self.landlock else 0,
            open_files=limits.open_files,
            address_bytes=int(ADDRESS_SPACE * limits.resident_mib * MEBIBYTE) + RESERVED_BYTES,
            disabled=disabled,
        )

    def _data(self, view: View) -> list[str]:
        """The folders of data that come with the assignment, as submissions get them."""
        modules = view.data.values()
        return [str(OWN.joinpath(*name.split(".")) if self.bubblewrap else view.place(name)) for name in modules]


def _open_to_all(view: View) -> bool:
    """Whether any user may enter the folders above what is readable."""
    parents = {parent for path in (*view.readable, ROOT) for parent in path.parents}
    return all(parent.stat().st_mode & 0o001 for parent in parents)


def best() -> Tier:
    """Namespaces, Landlock and seccomp; as root under another user as well."""
    description = "namespaces+landlock (bubblewrap, Landlock and seccomp around every submission)"
    return Tier("namespaces+landlock", description, bubblewrap=True, landlock=True, other_user=os.geteuid() == 0)


def second() -> Tier:
    """Without namespaces: another user, Landlock and seccomp."""
    description = "landlock+user (Landlock, seccomp and another user; no namespaces on this machine)"
    return Tier("landlock+user", description, landlock=True, other_user=True)


TRUSTED = Tier("none", "none: submissions are trusted; their code can read and change what you can")
