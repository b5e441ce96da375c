"""Whether a class was left as it was handed out: what is untouched earns nothing, whatever it inherits."""

from types import CodeType, FunctionType

from ..core.stubs import STUB_MARKERS


def untouched_task(cls: type) -> str:
    """The text that the first stub of an untouched class raises, "" for any other.

    A class is untouched if all its own functions are stubs, but for an `__init__` that only hands on and keeps what it
    was given, as some are handed out. One without any function of its own was written by somebody.
    """
    own = {name: value.__code__ for name, value in vars(cls).items() if isinstance(value, FunctionType)}
    if "__init__" in own and _only_hands_on(own["__init__"]):
        del own["__init__"]
    tasks = [_task(code) for code in own.values()]
    return tasks[0] if tasks and all(tasks) else ""


def _only_hands_on(code: CodeType, *besides: str) -> bool:
    return {*code.co_names} <= {"super", "__init__", *code.co_varnames, *besides}


def _task(code: CodeType) -> str:
    """What a stub raises; "" for a function that does more than hand on and keep what it was given before that."""
    texts = [text for text in code.co_consts if isinstance(text, str) and text.startswith(tuple(STUB_MARKERS.values()))]
    return texts[0] if texts and _only_hands_on(code, "NotImplementedError") else ""
