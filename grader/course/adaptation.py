"""An assignment with what a course has changed about it."""

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from ..core.assignment import Assignment, Part, without_others
from ..core.attempts import Counts
from ..core.course_texts import CourseTexts
from ..core.in_force import Range
from ..core.language import SOURCE, languages
from ..core.limits import LimitError, Limits, limits_of
from ..core.points import plain
from ..core.registry import Check
from ..core.thresholds import Threshold, Thresholds
from .files import beside
from .keys import OwnPart
from .late import lateness_text, rule_of
from .own import OwnChecks, load_checks
from .packing import packed
from .points import TOTAL, points_of
from .reading import CourseFile, no_such

IMAGES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".svg": "image/svg+xml"}
LARGEST_LOGO = 2**18  # bytes; it is in every page
PART_NAME = re.compile(r"[a-z_][a-z0-9_]{0,39}")  # of a module, and in ids of checks


def adapted(lab: Assignment, source: CourseFile) -> Assignment:
    """The assignment as this course has it. Raises CourseError with one line on what cannot be."""
    course = source.course
    own = load_checks((beside(source, "own.checks", name) for name in course.own.checks), lab.checks)
    thresholds = _thresholds(lab, own, source)
    parts = _with_points(_held_to(_parts(lab, own, source), thresholds), source)
    return replace(
        lab.with_parts((p.name for p in parts if p.name in lab.part_names), _needed(lab, parts)),
        name=course.name or lab.name,
        title=course.title or lab.title,
        course=course.course or lab.course,
        parts=parts,
        thresholds=Thresholds(thresholds),
        limits=_limits(lab.limits, source),
        ranges=_ranges(lab.ranges, source),
        adapts=lab.name,
        texts=_texts(source),
        course_file=source.path,
        packed=packed(source),
        own_checks=own.texts,
        own_modules=_solutions(source),
        questions=_questions([part.name for part in parts], source),
    )


def _parts(lab: Assignment, own: OwnChecks, source: CourseFile) -> tuple[Part, ...]:
    """The parts that are handed out, each with its checks, whose needs are checks that are handed out."""
    further = tuple(_own_part(lab, part, n, source) for n, part in enumerate(source.course.own.parts))
    there = (*lab.parts, *further)
    wanted = source.course.parts or lab.part_names
    for name in wanted:
        if name not in {part.name for part in there}:
            raise source.unknown("parts", "part", name, (part.name for part in there))
    chosen = [part for part in there if part.name in wanted or part in further]
    for check in own.checks:
        if check.part not in {part.name for part in chosen}:
            problem = no_such("part", check.part, (part.name for part in chosen))
            raise source.error("own.checks", f"the check {check.id}: {problem}")
    checks = {part.name: (*part.checks, *(c for c in own.checks if c.part == part.name)) for part in chosen}
    return without_others([replace(part, checks=checks[part.name]) for part in chosen])


def _own_part(lab: Assignment, part: OwnPart, number: int, source: CourseFile) -> Part:
    key, name = f"own.parts.{number}.module", Path(part.module).stem
    if not (part.module.endswith(".py") and PART_NAME.fullmatch(name)):
        raise source.error(key, f"the name must be lower case and end in .py, got {part.module}")
    if name in lab.modules:
        raise source.error(key, f"the lab has a module {name} already")
    known = (*lab.part_names, *(Path(each.module).stem for each in source.course.own.parts[:number]))
    for need in part.needs:
        if need not in known:
            raise source.unknown(f"own.parts.{number}.needs", "earlier part", need, known)
    return Part(name, part.title, part.names, (), needs=part.needs)


def _needed(lab: Assignment, parts: Iterable[Part]) -> list[str]:
    """The parts of the lab that those of the course's own need."""
    return [need for part in parts if part.name not in lab.part_names for need in part.needs if need in lab.part_names]


def _solutions(source: CourseFile) -> dict[str, Path]:
    """The files of the solutions of own parts; where a course was packed they lie with the lab's, or nowhere."""
    if source.path.suffix == ".json":
        return {}
    parts = enumerate(source.course.own.parts)
    return {Path(part.module).stem: beside(source, f"own.parts.{n}.module", part.module) for n, part in parts}


def _held_to(parts: Iterable[Part], thresholds: Mapping[str, Threshold]) -> list[Part]:
    """The parts with these thresholds in the place of those of the same names."""

    def held(check: Check) -> Check:
        return replace(check, thresholds=tuple(thresholds[each.name] for each in check.thresholds))

    return [replace(part, checks=tuple(map(held, part.checks))) for part in parts]


def _thresholds(lab: Assignment, own: OwnChecks, source: CourseFile) -> dict[str, Threshold]:
    known = {**{each.name: each for check in own.checks for each in check.thresholds}, **lab.thresholds}
    for name in source.course.thresholds:
        if name not in known:
            raise source.unknown(f"thresholds.{name}", "threshold", name, known)
    set_here = source.course.thresholds
    return {name: replace(each, default=set_here.get(name, each.default)) for name, each in known.items()}


def _with_points(parts: Iterable[Part], source: CourseFile) -> tuple[Part, ...]:
    parts, table = _with_bonus(parts, source), source.course.points
    checks = [check for part in parts for check in part.checks]
    names, ids = (TOTAL, *(part.name for part in parts)), tuple(check.id for check in checks)
    for name in table:
        if name not in names + ids:
            known = [each for each in ids if each.partition(".")[0] == name.partition(".")[0]]
            raise source.unknown(f"points.{name}", "check" if known else "part", name, known or names)
    points = points_of(checks, table, lambda name, problem: source.error(f"points.{name}", problem))
    return tuple(replace(p, checks=tuple(replace(c, points=points[c.id]) for c in p.checks)) for p in parts)


def _with_bonus(parts: Iterable[Part], source: CourseFile) -> list[Part]:
    parts, wanted = list(parts), set(source.course.bonus)
    known = [*(part.name for part in parts), *(check.id for part in parts for check in part.checks)]
    for name in source.course.bonus:
        if name not in known:
            raise source.unknown("bonus", "part or check", name, known)

    def marked(check: Check) -> Check:
        return replace(check, bonus=bool(wanted & {check.part, check.id}))

    parts = [replace(part, checks=tuple(map(marked, part.checks))) for part in parts]
    if all(check.bonus for part in parts for check in part.checks):
        raise source.error("bonus", "all points would be a bonus: a bonus comes on top of something")
    return parts


def _questions(part_names: Sequence[str], source: CourseFile) -> dict[str, int | float]:
    """Points by part, in the order of the parts."""
    asked = source.course.questions
    for name, points in asked.items():
        if name not in part_names:
            raise source.unknown(f"questions.{name}", "part", name, part_names)
        if plain(points) != points:
            raise source.error(f"questions.{name}", f"points have at most two decimals, got {points}")
    return {name: plain(asked[name]) for name in part_names if name in asked}


def _limits(limits: Limits, source: CourseFile) -> Limits:
    for name, value in source.course.limits.items():
        if name not in asdict(limits):
            raise source.unknown(f"limits.{name}", "limit", name, asdict(limits))
        try:
            limits = limits_of([f"{name}={int(value) if value.is_integer() else value}"], limits)
        except LimitError as problem:
            raise source.error(f"limits.{name}", str(problem)) from None
    return limits


def _ranges(ranges: tuple[Range, ...], source: CourseFile) -> tuple[Range, ...]:
    known = {each.name: each for each in ranges}
    for name, (low, high) in source.course.ranges.items():
        key = f"ranges.{name}"
        if name not in known:
            raise source.unknown(key, "range", name, known)
        if not known[name].lowest <= low <= high <= known[name].highest:
            widest = f"{known[name].lowest} to {known[name].highest}"
            raise source.error(
                key, f"{name} must be two numbers within {widest}, the lesser first, got [{low}, {high}]"
            )
    return tuple(replace(each, default=source.course.ranges.get(each.name, each.default)) for each in ranges)


def _texts(source: CourseFile) -> CourseTexts:
    course, texts = source.course, source.course.texts
    if course.late and not course.due:
        raise source.error("late", "[late] needs `due`, before the first table: late after what?")
    attempt = Counts(course.attempt or Counts.LAST)
    if attempt is Counts.LAST_IN_TIME and not course.due:
        raise source.error("attempt", "'last in time' needs `due`: in time for what?")
    own = {name: getattr(texts, name) or "" for name in ("greeting", "contact", "hand_in")}
    return CourseTexts(
        **own,
        lateness=lateness_text(course.late, attempt),
        late=rule_of(course.late),
        attempt=attempt,
        logo=_logo(texts.logo, source),
        due=course.due,
        language=_language(source),
    )


def _language(source: CourseFile) -> str:
    wanted = source.course.language or SOURCE
    if wanted not in languages():
        raise source.unknown("language", "language", wanted, languages())
    return wanted


def _logo(name: str | None, source: CourseFile) -> str:
    """The image as an address that holds it, as pages load nothing."""
    if name is None:
        return ""
    path = beside(source, "texts.logo", name)
    kind = IMAGES.get(path.suffix.lower())
    if kind is None or path.stat().st_size > LARGEST_LOGO:
        raise source.error(
            "texts.logo", f"it must be one of {', '.join(IMAGES)} and at most {LARGEST_LOGO // 1024} KiB, got {name}"
        )
    return f"data:{kind};base64,{b64encode(path.read_bytes()).decode()}"
