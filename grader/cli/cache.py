"""The commands that say what was measured before, and forget it."""

import typer

from .main import app, clear_errors, console

cache_app = typer.Typer(no_args_is_help=True, help="What was measured before.", epilog="Example: `aelab cache info`")
app.add_typer(cache_app, name="cache")


@cache_app.command("info", epilog="Example: `aelab cache info`")
def cache_info() -> None:
    """Say what was measured and is kept, so that it is not measured again."""
    from ..engine.cache import Cache, CacheError, default_path

    with clear_errors(CacheError):
        found = Cache(default_path()).info()
    console.print(f"{found.path}", markup=False, highlight=False, soft_wrap=True)
    for part, count in found.results.items():
        console.print(f"{part:14s}{count:8d} results", markup=False, highlight=False)
    sizes = f"{found.size / 2**20:.1f} of {found.largest / 2**20:.0f} MiB"
    console.print(f"{'in all':14s}{sum(found.results.values()):8d} results, {sizes}", markup=False, highlight=False)


@cache_app.command("clear", epilog="Example: `aelab cache clear`")
def cache_clear() -> None:
    """Forget what was measured."""
    from ..engine.cache import CacheError, clear, default_path

    with clear_errors(CacheError):
        clear(default_path())
    console.print(f"removed {default_path()}", markup=False, highlight=False, soft_wrap=True)
