"""docs/results.md: what was measured, beside what was published, from records alone."""

from typing import Any

import numpy as np

from . import published
from .drawing import NAMES
from .page_parts import Material, beside, picture, prose, table
from .page_text import agreement, lab_text_section, missing, speed_section
from .plan import AUTOENCODERS, LABELS, LONG_CLASSIFIER, VAES, Run, classifier, full_plan
from .records import Records, told

TARGETS = (
    ("autoencoder, 2 epochs, cross-entropy", Run("autoencoder"), "nats", 91.0, "nats", "at most"),
    ("VAE by hand, 2 epochs, negative ELBO", Run("gaussian_vae"), "negative_elbo", 114.0, "nats", "at most"),
    ("VAE with TFP, 2 epochs, negative ELBO", Run("vae"), "negative_elbo", 114.0, "nats", "at most"),
    ("denoising at .5, 2 epochs, gain", Run("denoising"), "gain_db", 6.5, "dB", "at least"),
    ("stacked classifier, long run, test error", LONG_CLASSIFIER, "error_percent", 2.0, "%", "at most"),
)


def render_page(material: Material) -> str:
    """The whole page."""
    sections = (
        introduction(material),
        targets(material.records),
        reconstruction(material),
        variational(material),
        agreement(material.records),
        denoising(material),
        classification(material),
        speed_section(material.speed),
        lab_text_section(material),
        missing(material.records),
    )
    return "\n\n".join(prose(section) for section in sections if section) + "\n"


def introduction(material: Material) -> str:
    """What the page is, and from how many runs."""
    plan = full_plan()
    done = [run for run in plan if material.records.has(run)]
    machines = {tuple(sorted(record.environment.items())) for record in material.records.all}
    versions = "; ".join(_versions(dict(machine)) for machine in sorted(machines, key=str))
    trained = f" Trained with {versions}, one thread a run." if versions else ""
    older = sum(not record.is_current for record in material.records.all)
    return f"""# Results on full MNIST

`make experiment` trains the reference on all 60,000 digits, measures it on the 10,000 test digits, and writes this page
and its pictures. {len(done)} of the {len(plan)} runs of its plan are in it{_rest(len(plan) - len(done))}.
A figure with ± is the mean over seeds and their standard deviation; one without is a single run.
{_older(older)}Nats are an image's, summed over its pixels.{trained}"""


def _rest(lacking: int) -> str:
    return "; the [last section](#runs-that-are-missing) names the others" if lacking else ""


def _older(count: int) -> str:
    return f"Of these runs, {count} trained an earlier version of the reference's code. " if count else ""


def _versions(environment: dict[str, Any]) -> str:
    packages = ("tensorflow", "tf-keras", "tensorflow-probability", "numpy")
    return ", ".join([f"Python {environment['python']}", *(f"{name} {environment[name]}" for name in packages)])


def targets(records: Records) -> str:
    """What was to be reached."""
    rows = []
    for name, run, key, bar, unit, side in TARGETS:
        found = [record.measured[key] for record in records.of(run)]
        verdict = "–"
        if found:
            reached = np.mean(found) <= bar if side == "at most" else np.mean(found) >= bar
            verdict = "reached" if reached else "**missed**"
        rows.append((name, f"{side} {bar:g} {unit}", f"{told(found, 2)} {unit}", len(found), verdict))
    return "## What was to be reached\n\n" + table(("quantity", "target", "measured", "seeds", ""), rows)


def reconstruction(material: Material) -> str:
    """Cross-entropy and squared error of the models that reconstruct."""
    records = material.records
    rows = []
    for epochs in (2, 20):
        for part in AUTOENCODERS[:4]:
            run = Run(part, epochs=epochs)
            if records.of(run):
                rows.append(
                    (
                        NAMES[part],
                        epochs,
                        len(records.of(run)),
                        records.figure(run, lambda m: m["nats"], 2),
                        records.figure(run, lambda m: m["nats_per_pixel"], 4),
                        records.figure(run, lambda m: m["squared_error_per_pixel"], 4),
                    )
                )
    heads = ("model", "epochs", "seeds", "cross-entropy (nats an image)", "a pixel", "squared error a pixel")
    floor = records.figure(Run("autoencoder"), lambda m: m["floor_nats"], 1)
    return f"""## Reconstruction

{table(heads, rows)}

The variational models decode a sample of the posterior, not its mean.

{
        beside(
            ("autoencoder", records.figure(Run("autoencoder"), lambda m: m["nats"]), published.DENSE),
            ("upsampling", records.figure(Run("upsampling"), lambda m: m["nats"]), published.CONVOLUTIONAL),
            ("a perfect copy", floor, published.FLOOR),
        )
    }

{picture(material, "reconstructions", "One test digit of each class and what four models make of it after two epochs")}

{picture(material, "losses", "Training loss over two epochs: mean of the seeds, and their range")}

### The chessboard

{chessboard(material)}

### Where the codes lie

{picture(material, "projection", "Codes of test digits in two dimensions, by digit")}

Mind the axes: the plain autoencoder spreads its codes over as much space as it likes, and the variational one has to
fit all digits into one unit Gaussian."""


def chessboard(material: Material) -> str:
    """What sticks out of the spectrum of either decoder."""
    sides = (
        ("test digits", Run("autoencoder"), "original"),
        ("transposed convolutions, untrained", Run("autoencoder"), "untrained"),
        ("upsampling, untrained", Run("upsampling"), "untrained"),
        ("transposed convolutions, 2 epochs", Run("autoencoder"), "trained"),
        ("upsampling, 2 epochs", Run("upsampling"), "trained"),
    )
    rows = [(name, *_finest(material.records, run, side)) for name, run, side in sides]
    heads = (
        "images",
        "chessboard over the next coarser pattern",
        "stripes over the next coarser",
        "share of all power",
    )
    before, after, digits = (
        _finest(material.records, Run("autoencoder"), side)[0] for side in ("untrained", "trained", "original")
    )
    return f"""A transposed convolution with stride 2 treats even and odd pixels differently. What it leaves has a
period of two pixels: a chessboard, or stripes. 1 means that it does not stick out of the spectrum.

{table(heads, rows)}

{picture(material, "chessboard", "What untrained decoders paint, and the power of diagonal patterns")}

The last of the diagonal patterns is the chessboard. Before training it is there in the transposed decoder only, and
training takes it out: its ratio falls from {before} to {after}, where the digits have {digits}."""


def _finest(records: Records, run: Run, side: str) -> list[str]:
    measures = (("board", 2), ("stripes", 2), ("share", 5))
    return [records.figure(run, lambda m, key=key: m["chessboard"][side][key], digits) for key, digits in measures]


def variational(material: Material) -> str:
    """The terms of the ELBO, the tighter bound, and how many components are used."""
    records = material.records
    runs = [Run(part, epochs=e) for e in (2, 20) for part in VAES]
    runs[2:2] = [Run("vae", beta=beta) for beta in (2.0, 4.0)]
    rows = [_elbo_row(records, run) for run in runs if records.of(run)]
    heads = ("model", "beta", "epochs", "seeds", "negative ELBO", "cross-entropy", "KL", "IWAE bound", "active units")
    first = Run("gaussian_vae")
    correlation = records.figure(Run("vae"), lambda m: m["correlation"], 2)
    return f"""## Variational autoencoders

{table(heads, rows)}

All in nats an image. The negative ELBO is at beta 1 whatever beta the model was trained with. The bound of Burda et al.
is of 1,000 test digits with 50 draws each; it is closer to the negative log-likelihood, so lower. A unit is active if
its posterior mean has a variance above .01 over the test digits.

{
        beside(
            ("negative ELBO, beta 1", records.figure(first, lambda m: m["negative_elbo"]), published.TUTORIAL_VAE),
            ("the same", "", published.ELBO_OF_THE_PAPER),
            ("KL at beta 4", records.figure(Run("vae", beta=4.0), lambda m: m["kl"]), published.BETA),
            ("bound, 50 draws", records.figure(first, lambda m: m["negative_bound"]), published.VAE_LIKELIHOOD),
            ("active units", records.figure(first, lambda m: m["active_units"], 0), published.ACTIVE_UNITS),
        )
    }

Burda et al. draw each pixel black or white, with its grey value as the probability. The cross-entropy is linear in the
pixel, so ours is the mean over all such drawings: our negative ELBO is an upper bound of the same quantity as theirs,
with an encoder that sees the grey image.

{picture(material, "latent-grids", "The first two components from -2.5 to 2.5, at beta 1, 2 and 4")}

{picture(material, "traversals", "Each component from -3 to 3, the most informative one first, with its KL divergence")}

{picture(material, "components", "KL divergence of each component, sorted")}

The posterior of the second model may be correlated. Its KL divergence is {correlation} nats more than the sum over its
components: that much of it is spent on correlations.

{picture(material, "prior-samples", "A hundred draws from the prior, decoded by either model")}"""


def _elbo_row(records: Records, run: Run) -> tuple[Any, ...]:
    keys = (("negative_elbo", 2), ("nats", 2), ("kl", 2), ("negative_bound", 2), ("active_units", 0))
    figures = [records.figure(run, lambda m, key=key: m[key], digits) for key, digits in keys]
    return (NAMES[run.part], f"{run.beta:g}", run.epochs, len(records.of(run)), *figures)


def denoising(material: Material) -> str:
    """PSNR and SSIM at every deviation, beside the filters."""
    records = material.records
    found = records.of(Run("denoising"))
    if not found:
        return ""
    ways = ("noisy", "median", "non_local_means", "denoised")
    deviations = found[0].measured["by_deviation"]
    rows = [(deviation, *(_quality(records, deviation, way) for way in ways)) for deviation in deviations]
    heads = ("deviation", "noisy", "median filter", "non-local means", "autoencoder")
    short = records.figure(Run("denoising"), lambda m: m["gain_db"], 2)
    long = records.figure(Run("denoising", epochs=20), lambda m: m["gain_db"], 2)
    return f"""## Denoising

PSNR (dB) / SSIM, means over {found[0].measured["quality_images"]} test digits.
The autoencoder was trained for two epochs at .5 and is used as it is at every deviation.
Each filter has the best of its settings at every deviation, and non-local means is told the deviation.

{table(heads, rows)}

Gain at .5: {short} dB after two epochs, {long} dB after twenty. Weak noise is another matter: what the autoencoder's
code of 32 numbers cannot hold is lost at every deviation, also where there is next to no noise to remove.

{beside(("gain at .5 in dB", short, published.DENOISING))}

{picture(material, "denoising", "Ten test digits with noise of .5, cleaned in three ways")}

{picture(material, "denoising-quality", "PSNR and SSIM over the deviation of the noise")}"""


def _quality(records: Records, deviation: str, way: str) -> str:
    def take(measure: str, digits: int) -> str:
        return records.figure(Run("denoising"), lambda m: m["by_deviation"][deviation][way][measure], digits)

    return f"{take('psnr_db', 1)} / {take('ssim', 2)}"


def classification(material: Material) -> str:
    """Test error with and without pretraining, and the long run."""
    records = material.records
    rows = [
        (f"{labels:,}", *(_errors(records, classifier(0, labels, way)) for way in (True, False))) for labels in LABELS
    ]
    heads = ("labelled digits", "pretrained on 60,000 images", "from scratch")
    few = [records.figure(classifier(0, labels, False), lambda m: m["error_percent"]) for labels in LABELS[:2]]
    return f"""## Classifier

Test error in per cent, mean over seeds ± deviation, with the seeds' number; for a single run its 95 % interval
(Wilson). Layers of 256 and 64 units, fine-tuned for as many steps as two epochs of all digits have, whatever the
number of labels.

{table(heads, rows)}

{does_pretraining_help(records)}

{picture(material, "few-labels", "Test error over the number of labels, with the range of the seeds")}

The long run: three layers of {LONG_CLASSIFIER.layer_sizes[0]} units, pretrained for
{LONG_CLASSIFIER.pretraining_epochs} epochs each, fine-tuned for {LONG_CLASSIFIER.epochs}, the last
{LONG_CLASSIFIER.slow_epochs} at a tenth of the optimizer's rate, batches of {LONG_CLASSIFIER.batch_size}: {
        _errors(records, LONG_CLASSIFIER)
    } %.

{
        beside(
            ("long run", _errors(records, LONG_CLASSIFIER), published.STACKED),
            ("100 and 1,000 labels, from scratch", " and ".join(few).replace("– and –", "–"), published.FEW_LABELS),
        )
    }

{picture(material, "confusion", "Which digits are taken for which by the classifier that trained longest")}"""


def does_pretraining_help(records: Records) -> str:
    """A sentence on where the pretrained network has the smaller test error; '' where not everything was run."""
    helped = []
    for labels in LABELS:
        found = [[r.measured["error_percent"] for r in records.of(classifier(0, labels, way))] for way in (True, False)]
        if not all(found):
            return ""
        if np.mean(found[0]) < np.mean(found[1]):
            helped.append(f"{labels:,}")
    where = f"with {', '.join(helped)} labels" if helped else "with no number of labels"
    return prose(
        f"Pretraining lowers the error {where} here. It did so for the papers' networks of sigmoid units; these layers "
        "are of rectified units, which learn from labels alone, too, and their codes were chosen to rebuild pixels."
    )


def _errors(records: Records, run: Run) -> str:
    found = records.of(run)
    if len(found) == 1:
        low, high = found[0].measured["error_percent_interval"]
        return f"{found[0].measured['error_percent']:.2f} ({low:.2f} to {high:.2f})"
    text = records.figure(run, lambda m: m["error_percent"], 2)
    return f"{text} ({len(found)} seeds)" if found else text
