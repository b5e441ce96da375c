"""Numbers of papers and tutorials that ours stand beside, each with its source and why ours differs.

Those of Keras' pages were compared with their sources in November 2026.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """A number as published, where it stands, and one sentence on why ours is another."""

    value: str
    source: str
    why: str


KERAS_BLOG = "[Building Autoencoders in Keras](https://blog.keras.io/building-autoencoders-in-keras.html)"
KERAS_VAE = (
    "[Keras' VAE example](https://github.com/keras-team/keras-io/blob/216c5a2b6c4ef626f7acd8c69b29919ee7c5e758"
    "/examples/generative/md/vae.md)"
)  # at this commit, a run of Keras 2; the site may show a later one
BURDA = "[Burda et al. 2016](https://arxiv.org/abs/1509.00519), table 1"
VINCENT = "[Vincent et al. 2010](https://www.jmlr.org/papers/v11/vincent10a.html), table 3"
KINGMA_2014 = "[Kingma et al. 2014](https://arxiv.org/abs/1406.5298), table 1"

DENSE = Published(
    "0.09 per pixel, 70.6 nats per image",
    f"{KERAS_BLOG}, dense, code of 32 numbers, 50 epochs",
    "Its code has 32 numbers and ours ten, and a code of ten is what the lab sets.",
)
CONVOLUTIONAL = Published(
    "0.094 per pixel, 73.7 nats per image",
    f"{KERAS_BLOG}, convolutional, code of 4 × 4 × 8 numbers, 50 epochs",
    "Its code has 128 numbers.",
)
FLOOR = Published(
    "none",
    "computed here: the cross-entropy of the test digits with themselves",
    "Grey pixels cost nats even in a perfect copy, so no model gets below this.",
)
TUTORIAL_VAE = Published(
    "175.3 after 2 epochs; 146.95 = 140.15 + 6.80 after 30, in training",
    f"{KERAS_VAE} at commit 216c5a2, code of 2 numbers, batches of 128, trained on test digits, too",
    "Two components hold less than ten, and its figures are means over the training epoch.",
)
ELBO_OF_THE_PAPER = Published(
    "curves only",
    "[Kingma and Welling 2014](https://arxiv.org/abs/1312.6114), figure 2",
    "The paper draws the bound over the training samples, for several sizes of the code, and prints no numbers.",
)
BETA = Published(
    "none on MNIST",
    "[Higgins et al. 2017](https://openreview.net/forum?id=Sy2fzU9gl)",
    "The paper measures disentanglement on faces, chairs and sprites; here beta trades KL for cross-entropy.",
)
VAE_LIKELIHOOD = Published(
    "86.76 (VAE), 84.78 (IWAE, k = 50), 5,000 draws",
    f"{BURDA}, one stochastic layer of 50 units",
    "Fifty units and 3,280 epochs there, ten and two here; and its pixels are black or white, drawn anew in each pass.",
)
ACTIVE_UNITS = Published(
    "19 of 50 (VAE, k = 1), 25 of 50 (IWAE, k = 50)",
    f"{BURDA}",
    "With only ten components to spend, a model has no reason to leave one unused at beta 1.",
)
DENOISING = Published(
    "none",
    "[Vincent et al. 2010](https://www.jmlr.org/papers/v11/vincent10a.html)",
    "The paper judges what was learned by classification, not in decibels; so the filters are what stands beside ours.",
)
STACKED = Published(
    "SAE-3 1.40 %, SDAE-3 1.28 %, DBN-3 1.24 %, SVM 1.40 %",
    VINCENT,
    "The paper chooses sizes, rates and epochs on a validation set, corrupts what it pretrains on, and uses sigmoid "
    "units; ours has one setting, and Adam at its usual rate, and at a tenth of it in the last epochs.",
)
FEW_LABELS = Published(
    "100 labels 25.81 %, 1,000 labels 10.7 % (a network without pretraining); 3.33 % and 2.40 % (M1+M2)",
    KINGMA_2014,
    "The first is another network, trained from labels alone; M1+M2 models images and labels together.",
)
