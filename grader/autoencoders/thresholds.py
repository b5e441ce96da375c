"""The thresholds of this lab, which `make calibrate` derives and writes into bars.json, by the names of their use."""

from pathlib import Path

from ..core.thresholds import Thresholds

PATH = Path(__file__).with_name("bars.json")
THRESHOLDS = Thresholds.read(PATH)

PAIRS_OF_SAMPLES = THRESHOLDS["pairs of samples"]
TRAINING_STEPS = THRESHOLDS["training steps"]
SHARE_OF_MEAN_IMAGE = THRESHOLDS["share of the mean image's cost"]
UNTRAINED_COST = THRESHOLDS["cost of an untrained model"]
ENCODING_ALONE = THRESHOLDS["cost of the encoding alone"]
LOSS_OFF = THRESHOLDS["loss off the cross-entropy"]
STEP_MISSED = THRESHOLDS["step missed"]
STANDARD_ERRORS = THRESHOLDS["standard errors"]
STEPS_TO_PRIOR = THRESHOLDS["steps to half the distance"]
STEPS_TO_INFORM = THRESHOLDS["steps to be informative"]
INFORMATIVE = THRESHOLDS["informative nats"]
WEIGHT_OFF = THRESHOLDS["weight off beta"]
DENOISING_STEPS = THRESHOLDS["denoising steps"]
DENOISING_GAIN = THRESHOLDS["dB above simple answers"]
CLEAN_LOSS_OFF = THRESHOLDS["loss off the clean targets"]
FINE_TUNING_STEPS = THRESHOLDS["fine-tuning steps"]
KEPT_WEIGHTS = THRESHOLDS["kept weights"]
ACCURACY = THRESHOLDS["accuracy"]
