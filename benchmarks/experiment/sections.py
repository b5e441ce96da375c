"""The values that the page of results is filled with, section by section, from records alone."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .drawing import NAMES
from .material import Material
from .plan import AUTOENCODERS, LABELS, LONG_CLASSIFIER, VAES, Run, classifier, full_plan
from .records import Records, told

AS_FAST = 1.05  # times what Keras' own fit takes
TARGETS = (
    ("autoencoder, 2 epochs, cross-entropy", Run("autoencoder"), "nats", 91.0, "nats", "at most"),
    ("VAE by hand, 2 epochs, negative ELBO", Run("gaussian_vae"), "negative_elbo", 114.0, "nats", "at most"),
    ("VAE with TFP, 2 epochs, negative ELBO", Run("vae"), "negative_elbo", 114.0, "nats", "at most"),
    ("denoising at .5, 2 epochs, gain", Run("denoising"), "gain_db", 6.5, "dB", "at least"),
    ("stacked classifier, long run, test error", LONG_CLASSIFIER, "error_percent", 2.0, "%", "at most"),
)
PACKAGES = ("tensorflow", "tf-keras", "tensorflow-probability", "numpy")

Values = dict[str, Any]
Rows = Sequence[Sequence[object]]


def values_of(material: Material) -> Values:
    """Everything that the template takes from measurements; a section without its runs is empty."""
    records = material.records
    return {
        "runs": runs(records),
        "missing": [run.name for run in full_plan() if not records.has(run)],
        "targets": [target_row(records, *target) for target in TARGETS],
        "reconstruction": reconstruction(records),
        "checkerboard": checkerboard(records),
        "variational": variational(records),
        "agreement": agreement(records),
        "denoising": denoising(records),
        "classifier": classification(records),
        "speed": training_speed(material.speed) if material.speed else {},
        "lab_text": mistakes_of_text(material.lab_text, records) if material.lab_text else {},
    }


def runs(records: Records) -> Values:
    """How many runs of the plan are done, how many of them trained other code, and with which versions."""
    plan = full_plan()
    machines = {tuple(sorted(record.environment.items())) for record in records.all}
    return {
        "done": sum(records.has(run) for run in plan),
        "planned": len(plan),
        "older": sum(not record.is_current for record in records.all),
        "versions": [_versions(dict(machine)) for machine in sorted(machines, key=str)],
    }


def _versions(environment: dict[str, Any]) -> str:
    return ", ".join([f"Python {environment['python']}", *(f"{name} {environment[name]}" for name in PACKAGES)])


def target_row(records: Records, name: str, run: Run, key: str, limit: float, unit: str, side: str) -> list[object]:
    """One quantity, its target, what was measured, over how many seeds, and the verdict."""
    found = [record.measured[key] for record in records.of(run)]
    verdict = "–"
    if found:
        reached = np.mean(found) <= limit if side == "at most" else np.mean(found) >= limit
        verdict = "reached" if reached else "**missed**"
    return [name, f"{side} {limit:g} {unit}", f"{told(found, 2)} {unit}", len(found), verdict]


def reconstruction(records: Records) -> Values:
    """Cross-entropy and squared error of the models that reconstruct."""
    kinds = [Run(part, epochs=epochs) for epochs in (2, 20) for part in AUTOENCODERS[:4]]
    keys = (("nats", 2), ("nats_per_pixel", 4), ("squared_error_per_pixel", 4))
    return {
        "rows": [
            (NAMES[run.part], run.epochs, len(records.of(run)), *(records.value(run, *key) for key in keys))
            for run in kinds
            if records.of(run)
        ],
        "autoencoder": records.value(Run("autoencoder"), "nats"),
        "upsampling": records.value(Run("upsampling"), "nats"),
        "floor": records.value(Run("autoencoder"), "floor_nats"),
    }


def checkerboard(records: Records) -> Values:
    """What sticks out of the spectrum of either decoder."""
    images = (
        ("test digits", "autoencoder", "original"),
        ("transposed convolutions, untrained", "autoencoder", "untrained"),
        ("upsampling, untrained", "upsampling", "untrained"),
        ("transposed convolutions, 2 epochs", "autoencoder", "trained"),
        ("upsampling, 2 epochs", "upsampling", "trained"),
    )
    transposed = {side: _finest(records, "autoencoder", side)[0] for side in ("untrained", "trained", "original")}
    return {
        "rows": [(name, *_finest(records, part, side)) for name, part, side in images],
        "untrained": transposed["untrained"],
        "trained": transposed["trained"],
        "digits": transposed["original"],
    }


def _finest(records: Records, part: str, side: str) -> list[str]:
    measures = (("board", 2), ("stripes", 2), ("share", 5))
    return [
        records.figure(Run(part), lambda m, key=key: m["checkerboard"][side][key], digits) for key, digits in measures
    ]


def variational(records: Records) -> Values:
    """The terms of the ELBO, the tighter bound, and how many components are used."""
    kinds = [Run(part, epochs=epochs) for epochs in (2, 20) for part in VAES]
    kinds[2:2] = [Run("vae", beta=beta) for beta in (2.0, 4.0)]
    first = Run("gaussian_vae")
    return {
        "rows": [_elbo_row(records, run) for run in kinds if records.of(run)],
        "negative_elbo": records.value(first, "negative_elbo"),
        "kl_at_beta_4": records.value(Run("vae", beta=4.0), "kl"),
        "bound": records.value(first, "negative_bound"),
        "active_units": records.value(first, "active_units", 0),
        "correlation": records.value(Run("vae"), "correlation", 2),
    }


def _elbo_row(records: Records, run: Run) -> tuple[object, ...]:
    keys = (("negative_elbo", 2), ("nats", 2), ("kl", 2), ("negative_bound", 2), ("active_units", 0))
    figures = [records.value(run, *key) for key in keys]
    return (NAMES[run.part], f"{run.beta:g}", run.epochs, len(records.of(run)), *figures)


def agreement(records: Records) -> Values:
    """Whether the two variational autoencoders reach the same ELBO, and where they part; {} below two seeds."""
    found = [_negative_elbos(records, Run(part)) for part in VAES]
    if min(map(len, found)) < 2:
        return {}
    apart = abs(float(np.mean(found[0]) - np.mean(found[1])))
    spread = float(np.hypot(*(np.std(values, ddof=1) for values in found)))
    curves = [np.mean([record.training["curve"] for record in records.of(Run(part))], axis=0) for part in VAES]
    gap = np.abs(curves[0] - curves[1])
    long = [_negative_elbos(records, Run(part, epochs=20)) for part in VAES]
    return {
        "by_hand": told(found[0], 2),
        "with_tfp": told(found[1], 2),
        "apart": apart,
        "spread": spread,
        "is_chance": apart <= 2 * spread,
        "widest": ordinal(int(gap.argmax())),
        "widest_gap": gap.max(),
        "last_gap": gap[-1],
        "long": [values[0] for values in long] if all(long) else [],
    }


def _negative_elbos(records: Records, run: Run) -> list[float]:
    return [record.measured["negative_elbo"] for record in records.of(run)]


def ordinal(place: int) -> str:
    """1st for place 0, and so on."""
    number = place + 1
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def denoising(records: Records) -> Values:
    """PSNR and SSIM at every deviation, beside the filters; {} without a run."""
    found = records.of(Run("denoising"))
    if not found:
        return {}
    ways = ("noisy", "median", "non_local_means", "denoised")
    deviations = found[0].measured["by_deviation"]
    return {
        "images": found[0].measured["quality_images"],
        "rows": [(deviation, *(_quality(records, deviation, way) for way in ways)) for deviation in deviations],
        "short": records.value(Run("denoising"), "gain_db", 2),
        "long": records.value(Run("denoising", epochs=20), "gain_db", 2),
    }


def _quality(records: Records, deviation: str, way: str) -> str:
    def take(measure: str, digits: int) -> str:
        return records.figure(Run("denoising"), lambda m: m["by_deviation"][deviation][way][measure], digits)

    return f"{take('psnr_db', 1)} / {take('ssim', 2)}"


def classification(records: Records) -> Values:
    """Test error with and without pretraining, and the long run."""
    few = [records.value(classifier(0, labels, False), "error_percent") for labels in LABELS[:2]]
    return {
        "rows": [
            (f"{labels:,}", *(_errors(records, classifier(0, labels, way)) for way in (True, False)))
            for labels in LABELS
        ],
        "helped": where_pretraining_helps(records),
        "long": LONG_CLASSIFIER,
        "long_error": _errors(records, LONG_CLASSIFIER),
        "few_labels": " and ".join(few).replace("– and –", "–"),
    }


def where_pretraining_helps(records: Records) -> list[str] | None:
    """At which numbers of labels the pretrained network has the smaller test error; None where not all was run."""
    helped = []
    for labels in LABELS:
        found = [[r.measured["error_percent"] for r in records.of(classifier(0, labels, way))] for way in (True, False)]
        if not all(found):
            return None
        if np.mean(found[0]) < np.mean(found[1]):
            helped.append(f"{labels:,}")
    return helped


def _errors(records: Records, run: Run) -> str:
    found = records.of(run)
    if len(found) == 1:
        low, high = found[0].measured["error_percent_interval"]
        return f"{found[0].measured['error_percent']:.2f} ({low:.2f} to {high:.2f})"
    text = records.value(run, "error_percent", 2)
    return f"{text} ({len(found)} seeds)" if found else text


def training_speed(speed: dict[str, Any]) -> Values:
    """Milliseconds per step of every part, three ways, and what drawing the batches takes of it."""
    rows = [row | {"name": NAMES[row["part"]]} for row in speed["rows"]]
    limited = dict.fromkeys(row["name"] for row in rows if row["data_ms"] > row["reference_ms"])
    return {
        "rounds": speed["rounds"],
        "machine": speed["machine"],
        "rows": [_speed_row(row) for row in rows],
        "settings": len(rows),
        "as_fast": f"{AS_FAST:g}",
        "slower": [row for row in rows if row["of_keras"] > AS_FAST],
        "limited": list(limited),
    }


def _speed_row(row: dict[str, Any]) -> tuple[object, ...]:
    return (
        row["name"],
        row["threads"],
        row["batch"],
        *(f"{row[way]:.1f}" for way in ("reference_ms", "keras_ms", "eager_ms")),
        f"{row['of_keras']:.2f}",
        f"{row['than_eager']:.1f}",
        f"{1000 / row['reference_ms']:.0f}",
        f"{row['data_ms']:.2f}",
        f"{100 * row['data_ms'] / row['reference_ms']:.0f} %",
    )


def mistakes_of_text(small: dict[str, Any], records: Records) -> Values:
    """What the mistakes of the handed-out text do."""
    runs = {"samples": Run("autoencoder"), "batches": Run("autoencoder", shuffled="batches")}
    keras = {"summed over the batch": Run("vae"), "as in Keras' losses": Run("vae", beta=2 / 64)}
    pixels = {"sum over pixels": Run("gaussian_vae"), "mean over pixels": Run("gaussian_vae", beta=784.0)}
    return {
        "met": {way: partners[-1] for way, partners in small["partners"].items()},
        "nats": {way: records.value(run, "nats", 2) for way, run in runs.items()},
        "keras_share": small["keras_kl"]["64"],
        "keras_losses": _elbo_rows(records, keras),
        "mean_over_pixels": _elbo_rows(records, pixels),
    }


def _elbo_rows(records: Records, runs: dict[str, Run]) -> Rows:
    keys = ("nats", "kl", "negative_elbo")
    return [(name, *(records.value(run, key) for key in keys)) for name, run in runs.items()]
