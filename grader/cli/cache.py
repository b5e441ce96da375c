"""`aelab cache`: results that are kept, so that nothing is measured twice."""

import typer

from .shared import Command, command, show

cache_app = typer.Typer(no_args_is_help=True, help="Manage cached results.", epilog="Example: `aelab cache info`")


@command(cache_app, "info", "aelab cache info", Command)
def cache_info() -> None:
    """Show how many results are cached, and where."""
    from ..engine.cache import Cache, default_path

    found = Cache(default_path()).info()
    show(str(found.path))
    for part, count in found.results.items():
        show(f"{part:14s}{count:8d} results")
    sizes = f"{found.size / 2**20:.1f} of {found.largest / 2**20:.0f} MiB"
    show(f"{'in all':14s}{sum(found.results.values()):8d} results, {sizes}")


@command(cache_app, "clear", "aelab cache clear", Command)
def cache_clear() -> None:
    """Remove all cached results; what is graded next is measured again."""
    from ..engine.cache import clear, default_path

    clear(default_path())
    show(f"removed {default_path()}")
