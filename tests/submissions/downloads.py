"""How platforms name the files of a class, and where a student's are then."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from .archives import Files

FOLDER = "s{n:03}/{file}"
MOODLE = "Student {n:03}_4{n:03}_assignsubmission_file_"
METADATA = "submission_{number}:\n  :submitters:\n  - :name: Student {n}\n    :sid: '{number}'\n"


@dataclass(frozen=True)
class Platform:
    """One platform. {n} is the number of a student, {file} the student's own name of a file, and {end} its ending.

    one: the name of an archive or a notebook that was handed in alone. each: that of a file among others. student: the
    id that it knows a student by, or how it begins. takes: what can be handed in: "folders", "files" side by side, or
    "one" file.
    """

    one: str
    each: str
    student: str
    takes: str = "folders"

    def named(self, files: Files, n: int) -> Iterator[tuple[str, bytes]]:
        """The student's files as they lie in the folder of the class."""
        for name, raw in files.items():
            is_alone = len(files) == 1 and "/" not in name
            pattern = self.one if is_alone else self.each
            yield pattern.format(n=n, file=name, end=PurePath(name).suffix), raw


PLATFORMS = {
    "a folder": Platform("s{n:03}{end}", FOLDER, "s{n:03}"),
    "nbgrader": Platform("s{n:03}/lab05/{file}", "s{n:03}/lab05/{file}", "s{n:03}"),
    "Moodle": Platform(MOODLE + "/{file}", MOODLE + "/{file}", "4{n:03}"),
    "Moodle, side by side": Platform(MOODLE + "{file}", MOODLE + "{file}", "4{n:03}", "files"),
    "Canvas": Platform(*2 * ("student{n:03}_4{n:03}_9{n:03}_{file}",), "4{n:03}", "files"),
    "Google Classroom": Platform(*2 * ("Student {n:03} - Lab 5{end}",), "Student {n:03}", "one"),
    "Gradescope": Platform(*2 * ("submission_4{n:03}/{file}",), "4{n:03}"),
    "a browser": Platform("lab05 ({n}){end}", "lab05 ({n})/{file}", "lab05 ({n})"),
}


def downloaded(platform: str, handed_in: dict[int, Files]) -> Files:
    """The folder of a class: what each student, by number from 1 to 99, has handed in."""
    named = (each for n, files in handed_in.items() for each in PLATFORMS[platform].named(files, n))
    folder = dict(named)
    if platform == "Gradescope":
        people = (METADATA.format(number=f"4{n:03}", n=n) for n in handed_in)
        folder["submission_metadata.yml"] = ("---\n" + "".join(people)).encode()
    return folder
