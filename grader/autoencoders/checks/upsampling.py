"""Checks of the part `upsampling`."""

import numpy as np

from ...core import expect
from ...core.expect import Evidence
from ..measurements.alone import expect_answers_alone
from ..measurements.fitting import expect_same_loss_in_fit
from ..measurements.training import TRAINING, Trained, expect_encoder_trained, expect_good_reconstructions, train_until
from ..registry import CHECKS
from ..subject import Subject
from . import shapes

PART, CLASS = "upsampling", "UpsamplingAutoencoder"
BATCH_SIZE = 4
TRANSPOSED = {
    "Conv2DBackpropInput", "Conv2DBackpropInputV2", "Conv3DBackpropInput", "Conv3DBackpropInputV2",
    "DepthwiseConv2dNativeBackpropInput",
}  # fmt: skip
OUTSIDE_TENSORFLOW = {"PyFunc", "PyFuncStateless", "EagerPyFunc"}


def trained(subject: Subject) -> Trained:
    """The one trained model of this part."""
    model = subject.create(PART, CLASS, encoding_size=10)
    return train_until(subject, model, at_least=100, stage=25, batch_size=BATCH_SIZE)


@CHECKS.check(PART, points=2)
def decoding_is_an_image(subject: Subject) -> Evidence:
    """Any encoding is decoded into a 28 × 28 image with values in [0, 1]."""
    return shapes.decoding_is_an_image(subject, PART, CLASS)


@CHECKS.check(PART, points=3, needs=[decoding_is_an_image])
def has_no_transposed_convolution(subject: Subject) -> Evidence:
    """The decoder upsamples and convolves; no transposed convolution is left in it."""
    model = shapes.of_size(subject, PART, CLASS, 33)
    codes = subject.random("codes to trace").normal(size=(2, 33)).astype(np.float32)
    operations, compiled = model.decode_operations(codes)
    found, foreign = sorted({*operations} & TRANSPOSED), sorted({*operations} & OUTSIDE_TENSORFLOW)
    expect.that(
        not found,
        "decoder.transposed_convolution",
        "The decoder still computes a transposed convolution, in one of its layers or inside one.",
        "Enlarge the image first, then apply an ordinary convolution.",
        "no transposed convolution",
        ", ".join(found),
    )
    expect.that(
        not foreign,
        "decoder.outside_tensorflow",
        "The decoder leaves TensorFlow for Python.",
        "Build it from layers.",
        "layers",
        foreign,
    )
    expect.that(
        expect.close(compiled, model.decode(codes), 1e-4),
        "decoder.differs_when_compiled",
        "decode gives other images when TensorFlow compiles it than when it is called.",
        "Let decode do the same in both cases.",
    )
    return Evidence("no transposed convolution", "none")


@CHECKS.check(PART, points=5, needs=[decoding_is_an_image], thresholds=TRAINING, trained=trained)
def reconstructs_unseen_images(subject: Subject) -> Evidence:
    """Reconstructions of unseen images are clearly better than the mean image."""
    run = subject.once(trained)
    expect_answers_alone(run.model, run.images[:8])
    evidence = expect_good_reconstructions(subject, PART, run)
    expect_encoder_trained(run.curve)
    expect_same_loss_in_fit(run.model, subject.images.training(0, BATCH_SIZE))
    return evidence
