"""`aelab data`: the digits of the autoencoder lab, the one command that knows a lab."""

from pathlib import Path
from typing import Annotated

import typer

from .shared import Command, command, show

DataDir = Annotated[Path | None, typer.Option(help="TensorFlow Datasets' folder; its own default without one.")]

data_app = typer.Typer(
    no_args_is_help=True, help="Manage the MNIST digits that the lab trains on.", epilog="Example: `aelab data info`"
)


@command(data_app, "import", "aelab data import downloads/mnist", Command)
def data_import(
    folder: Annotated[Path, typer.Argument(help="Holds the four official IDX files, plain or .gz.")],
    data_dir: DataDir = None,
) -> None:
    """Prepare full MNIST for TensorFlow Datasets from the official files, without a network."""
    from ..autoencoders.mnist_import import import_mnist

    show(f"full MNIST is ready in {import_mnist(folder, data_dir)}")


@command(data_app, "info", "aelab data info", Command)
def data_info(data_dir: DataDir = None) -> None:
    """Say which digits `load_mnist` finds."""
    from ..autoencoders.mnist_import import describe_mnist

    show(describe_mnist(data_dir).in_words)
