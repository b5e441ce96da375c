"""The autoencoder lab as the engine sees it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..core.assignment import Assignment, Part
from ..core.shipped import shipped
from .checks import autoencoder, classifier, data, denoising, gaussian_vae, pictures, upsampling, vae
from .drawings import samples_of
from .ranges import ENCODING_SIZES
from .registry import CHECKS
from .subject import Subject
from .thresholds import PATH, THRESHOLDS

TEXTS = Path(__file__).parent / "texts"


def _part(
    name: str,
    title: str,
    *public_names: str,
    heading: str = "",
    shown_by: Callable[..., Any] | None = None,
    needs: tuple[str, ...] = (),
    requirements: tuple[str, ...] = (),
) -> Part:
    shown = (f"{name}.{shown_by.__name__}",) if shown_by else ()
    return Part(name, title, public_names, CHECKS.of_part(name), heading, shown, needs, requirements)


BASE = (data.PART, autoencoder.PART)  # what builds on the autoencoder needs

ASSIGNMENT = Assignment(
    name="lab05",
    title="Lab 5: autoencoders",
    course="autoencoder_lab",
    parts=(
        _part(data.PART, "Data", "normalize", "training_batches"),
        _part(autoencoder.PART, "Autoencoder", autoencoder.CLASS, heading="auto-\nencoder", needs=(data.PART,)),
        _part(
            upsampling.PART,
            "Upsampling",
            upsampling.CLASS,
            heading="up-\nsampling",
            shown_by=upsampling.has_no_transposed_convolution,
            needs=BASE,
        ),
        _part(
            gaussian_vae.PART, "Gaussian VAE", gaussian_vae.CLASS, "kl_divergence", heading="gauss.\nVAE", needs=BASE
        ),
        _part(
            vae.PART,
            "VAE",
            vae.CLASS,
            heading="VAE",
            shown_by=vae.sampling_layer_has_kl_regularizer,
            needs=BASE,
            requirements=("tensorflow-probability",),
        ),
        _part(pictures.PART, "Pictures", "reconstruction_strip", "latent_grid", heading="pict-\nures"),
        _part(
            denoising.PART,
            "Denoising",
            denoising.CLASS,
            heading="de-\nnoising",
            shown_by=denoising.corruption_is_fresh_clipped_noise,
            needs=BASE,
        ),
        _part(classifier.PART, "Classifier", classifier.CLASS, heading="classi-\nfier", needs=(data.PART,)),
    ),
    thresholds=THRESHOLDS,
    package="grader.autoencoders",
    operations="grader.autoencoders.operations",
    subject=Subject,
    reference=shipped("reference", "autoencoders"),
    given=("plotting",),
    data_packages=("grader.autoencoders.mnist_subset",),
    made="grader.autoencoders.operations.made",
    calibration=PATH.with_name("calibration.json"),
    samples_of=samples_of,
    ranges=(ENCODING_SIZES,),
    introduction=(TEXTS / "introduction.md").read_text(encoding="utf-8"),
    setup=(TEXTS / "setup.txt").read_text(encoding="utf-8"),
    hand_out=(TEXTS / "hand_out.md").read_text(encoding="utf-8"),
)
