"""The sections of the page that stand on their own: agreement, speed, the handed-out text, and what is missing."""

from typing import Any

import numpy as np

from .drawing import NAMES
from .page_parts import Material, picture, prose, table
from .plan import VAES, Run, full_plan
from .records import Records, told

AS_FAST = 1.05  # times what Keras' own fit takes


def agreement(records: Records) -> str:
    """Whether the two variational autoencoders reach the same ELBO, and where they part."""
    found = [[record.measured["negative_elbo"] for record in records.of(Run(part))] for part in VAES]
    if min(map(len, found)) < 2:
        return ""
    means = [float(np.mean(values)) for values in found]
    spread = float(np.hypot(*(np.std(values, ddof=1) for values in found)))
    apart = abs(means[0] - means[1])
    verdict = "less" if apart <= 2 * spread else "more"
    curves = [np.mean([record.training["curve"] for record in records.of(Run(part))], axis=0) for part in VAES]
    gap = np.abs(curves[0] - curves[1])
    return f"""### Do the two agree?

`tests/experiment/test_agreement.py` gives both models the same weights: their losses are equal. Trained on their own
for two epochs, by hand {told(found[0], 2)} and with TensorFlow Probability {told(found[1], 2)} nats, they are
{apart:.2f} nats apart, {verdict} than twice the deviation of a difference between two seeds ({spread:.2f} nats). Their
training losses are furthest apart in the {ordinal(int(gap.argmax()))} tenth of an epoch, by {gap.max():.0f} nats, and
{gap[-1]:.1f} nats apart in the last. {_after_long(records)}"""


def _after_long(records: Records) -> str:
    """What became of the distance after 20 epochs, '' where it is not known."""
    long = [[record.measured["negative_elbo"] for record in records.of(Run(part, epochs=20))] for part in VAES]
    if not all(long):
        return ""
    return f"After 20 epochs, one run each, they have {long[0][0]:.2f} and {long[1][0]:.2f} nats."


def ordinal(place: int) -> str:
    """1st for place 0, and so on."""
    number = place + 1
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def speed_section(speed: dict[str, Any]) -> str:
    """Milliseconds a step of every part, three ways, and what drawing the batches takes of it."""
    if not speed:
        return ""
    rows = [
        (
            NAMES[row["part"]],
            row["threads"],
            row["batch"],
            *(f"{row[way]:.1f}" for way in ("reference_ms", "keras_ms", "eager_ms")),
            f"{row['of_keras']:.2f}",
            f"{row['than_eager']:.1f}",
            f"{1000 / row['reference_ms']:.0f}",
            f"{row['data_ms']:.2f}",
            f"{100 * row['data_ms'] / row['reference_ms']:.0f} %",
        )
        for row in speed["rows"]
    ]
    heads = (
        "part", "threads", "batch", "reference", "Keras' fit", "eager loop", "of Keras", "than eager",
        "steps a second", "drawing a batch", "of the step",
    )  # fmt: skip
    return f"""## Training speed

Milliseconds a step, medians of {speed["rounds"]} rounds in turns on {speed["machine"]}:
the reference's `fit`, Keras' compile and fit of the same network and loss, and the reference's step called eagerly as
the lab text has it. `of Keras` and `than eager` are medians of the ratios of each round. Drawing a batch is timed
alone, as the mean over a whole pass of the lab's pipeline, reading and decoding the digits included: it works ahead
while a step is computed, so a share well below 100 % never holds training up. Made by
`python -m benchmarks.training_step --all --record benchmarks/experiment/records/speed.json`.

{table(heads, rows)}

{_verdict_on_speed(speed["rows"])}"""


def _verdict_on_speed(rows: list[dict[str, Any]]) -> str:
    """Where a step takes more than 1.05 of Keras' time, with the range of the rounds, and where reading limits it."""
    slower = [
        f"{NAMES[row['part']]} with {row['threads']} threads at batch {row['batch']} takes {row['of_keras']:.2f} "
        f"({row['of_keras_range'][0]:.2f} to {row['of_keras_range'][1]:.2f})"
        for row in rows
        if row["of_keras"] > AS_FAST
    ]
    told = f"{len(rows) - len(slower)} of {len(rows)} settings take at most {AS_FAST:g} of Keras' time"
    told += f"; {'; '.join(slower)}." if slower else "."
    limited = dict.fromkeys(NAMES[row["part"]] for row in rows if row["data_ms"] > row["reference_ms"])
    told += (
        f" Drawing takes longer than the step for the {' and the '.join(limited)}, so there it is the pipeline that "
        "limits training; nowhere else does it."
        if limited
        else " Nowhere does drawing take longer than the step."
    )
    return prose(told)


def lab_text_section(material: Material) -> str:
    """What the mistakes of the handed-out text do."""
    small, records = material.lab_text, material.records
    if not small:
        return ""
    met = small["partners"]
    reference, text = Run("autoencoder"), Run("autoencoder", shuffled="batches")
    nats = [records.figure(run, lambda m: m["nats"], 2) for run in (reference, text)]
    ratio = small["keras_kl"]["64"]
    return f"""## Mistakes of the handed-out text

[Notes on the lab](lab-notes.md) explains each of them. Here is what they do.

### Batches are shuffled, not samples

After ten passes over 6,400 samples in batches of 64, a sample has met {met["batches"][-1]:.0f} others where
batches are shuffled, as in the text, and {met["samples"][-1]:.0f} where samples are. The autoencoder's cross-entropy
after two epochs is {nats[0]} nats with the reference's pipeline and {nats[1]} nats with the text's. MNIST's own order
is mixed already, and two epochs are few; in a dataset that is sorted by class every batch would hold one class only.

{picture(material, "text-batches", "How many others a sample has met after each pass")}

### The original is shown twice

{picture(material, "text-strip", "The strips of an untrained model, as the text draws them and as they should be")}

### Nine components for a decoder of ten

{picture(material, "text-nine", "What Keras says to nine numbers, and what comes of ten")}

### The KL divergence from Keras' losses

For a batch of 64, the sum of `model.losses` is {ratio:.5f} of the KL divergence summed over the batch, which is 2/64:
each entry is a mean over the batch, and there are two. Whoever adds that to a summed cross-entropy
trains at beta {2 / 64:.3f}.

{_elbo_table(records, {"summed over the batch": Run("vae"), "as in Keras' losses": Run("vae", beta=2 / 64)})}

{picture(material, "text-keras-kl", "The share of the KL divergence that Keras' losses hold")}

{picture(material, "text-weak-kl", "Draws from the prior with the right weight, and with that of Keras' losses")}

### A mean where a sum is meant

The mean of the cross-entropy over pixels beside a summed KL divergence is, up to a factor, a beta of 784: the encoding
is given up, and every digit becomes the mean digit.

{_elbo_table(records, {"sum over pixels": Run("gaussian_vae"), "mean over pixels": Run("gaussian_vae", beta=784.0)})}

{picture(material, "text-mean", "Reconstructions with the sum over pixels, and with their mean")}"""


def _elbo_table(records: Records, runs: dict[str, Run]) -> str:
    keys = ("nats", "kl", "negative_elbo")
    rows = [(name, *(records.figure(run, lambda m, k=key: m[k]) for key in keys)) for name, run in runs.items()]
    return table(("", "cross-entropy", "KL", "negative ELBO"), rows)


def missing(records: Records) -> str:
    """The runs of the plan without a record."""
    lacking = [run for run in full_plan() if not records.has(run)]
    if not lacking:
        return ""
    names = "\n".join(f"- `{run.name}`" for run in lacking)
    return f"## Runs that are missing\n\n`make experiment` goes on with these:\n\n{names}"
