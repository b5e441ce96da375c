"""The registry holds the lab's contract: which checks there are, what they are worth, what they need."""

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.assignment import AssignmentError
from grader.core.registry import Registry

POINTS = {
    "data.normalize_scales_to_unit_interval": 2,
    "data.batches_shuffle_samples": 4,
    "autoencoder.encoding_has_requested_size": 3,
    "autoencoder.decoding_is_an_image": 3,
    "autoencoder.reconstruct_is_decode_of_encode": 2,
    "autoencoder.loss_is_cross_entropy": 3,
    "autoencoder.every_variable_learns": 3,
    "autoencoder.loss_decreases": 3,
    "autoencoder.reconstructs_unseen_images": 3,
    "autoencoder.fit_runs_requested_steps": 2,
    "autoencoder.checkpoint_round_trip": 2,
    "upsampling.has_no_transposed_convolution": 3,
    "upsampling.decoding_is_an_image": 2,
    "upsampling.reconstructs_unseen_images": 5,
    "gaussian_vae.parameters_have_requested_size": 2,
    "gaussian_vae.kl_matches_closed_form": 4,
    "gaussian_vae.samples_match_parameters": 3,
    "gaussian_vae.loss_is_negative_elbo": 4,
    "gaussian_vae.beta_pulls_posterior_to_prior": 3,
    "vae.sampling_layer_has_kl_regularizer": 4,
    "vae.encoding_is_sampled_at_any_size": 3,
    "vae.loss_is_negative_elbo": 3,
    "vae.beta_pulls_posterior_to_prior": 3,
    "vae.reconstructs_unseen_images": 3,
    "pictures.strip_pairs_original_and_reconstruction": 2,
    "pictures.grid_walks_the_first_two_components": 4,
    "denoising.corruption_is_fresh_clipped_noise": 3,
    "denoising.removes_noise_from_unseen_images": 5,
    "denoising.learns_towards_clean_targets": 2,
    "classifier.probabilities_are_a_distribution": 2,
    "classifier.pretraining_trains_layer_by_layer": 3,
    "classifier.beats_the_accuracy_bar": 5,
    "classifier.learns_the_labels_it_is_given": 2,
}  # the table of the contract, typed out: nothing here may come from the grader


def test_ids_and_points_are_those_of_the_contract() -> None:
    """33 checks, each with its points, and no other."""
    assert {c.id: c.points for c in ASSIGNMENT.checks} == POINTS
    assert len(POINTS) == 33


def test_the_lab_is_worth_100_points() -> None:
    """Points add up to 100, so that a score is a percentage."""
    assert sum(c.points for c in ASSIGNMENT.checks) == 100


def test_checks_come_in_the_order_of_the_lab() -> None:
    """Parts follow one another as in the lab, and a check is preceded by all it needs."""
    checks = ASSIGNMENT.checks
    assert list(dict.fromkeys(c.part for c in checks)) == list(ASSIGNMENT.part_names)
    place = {c.id: number for number, c in enumerate(checks)}
    assert all(place[need] < place[c.id] for c in checks for need in c.needs)


def test_needs_stay_within_a_part() -> None:
    """A mistake costs points in its own part: no check waits for another part's."""
    for item in ASSIGNMENT.checks:
        assert {need.partition(".")[0] for need in item.needs} <= {item.part}, item.id


def test_an_id_is_made_of_part_and_name() -> None:
    """`vae.loss_is_negative_elbo` is declared in checks/vae.py under that name, with a sentence for students."""
    for item in ASSIGNMENT.checks:
        assert item.id == f"{item.part}.{item.name}"
        assert item.function.__module__ == f"grader.autoencoders.checks.{item.part}"
        assert item.sentence.endswith(".")
        assert "\n" not in item.sentence


def test_select_takes_parts_and_ids() -> None:
    """Parts, single checks and mixtures of them; everything without a name; always in the order of the lab."""
    assert ASSIGNMENT.select() == ASSIGNMENT.checks
    assert [c.id for c in ASSIGNMENT.select(["data"])] == [i for i in POINTS if i.startswith("data.")]
    mixed = ["vae.loss_is_negative_elbo", "data", "data.normalize_scales_to_unit_interval"]
    assert [c.id for c in ASSIGNMENT.select(mixed)] == [
        "data.normalize_scales_to_unit_interval", "data.batches_shuffle_samples", "vae.loss_is_negative_elbo",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["vea", "vae.", "vae.loss", "VAE", "", "autoencoder.checkpoint\nround"])
def test_an_unknown_name_is_one_clear_line(name: str) -> None:
    """The error names what is unknown, and the parts there are."""
    with pytest.raises(AssignmentError) as caught:
        ASSIGNMENT.select(["data", name])
    line = caught.value.args[0]
    assert repr(name) in line
    assert "\n" not in line
    assert all(part in line for part in ASSIGNMENT.part_names)


def test_with_needs_adds_everything_that_is_needed() -> None:
    """The needs of needs too, each once, before what needs them."""
    chosen = ASSIGNMENT.with_needs(ASSIGNMENT.select(["autoencoder.reconstructs_unseen_images"]))
    assert [c.name for c in chosen] == [
        "encoding_has_requested_size", "decoding_is_an_image", "loss_decreases", "reconstructs_unseen_images",
    ]  # fmt: skip


def test_a_check_without_a_sentence_is_refused() -> None:
    """A student would read nothing."""

    def silent(subject: object) -> None: ...

    with pytest.raises(ValueError, match=r"part\.silent needs a docstring"):
        Registry().check("part", points=1)(silent)


def test_the_sentence_is_the_first_paragraph() -> None:
    """Line breaks in the source do not show, and what follows the first paragraph is for readers of the source."""
    registry = Registry()

    @registry.check("part", points=2)
    def claim(subject: object) -> None:
        """A sentence
        over two lines.

        Why that is so.
        """

    (declared,) = registry.of_part("part")
    assert declared.sentence == "A sentence over two lines."
    assert (declared.id, declared.part, declared.points, declared.needs) == ("part.claim", "part", 2, ())


def test_the_part_is_the_declared_one_and_not_the_module() -> None:
    """Checks of two parts may stand in one module, and a module called data.py takes no check from another."""
    registry = Registry()
    for part in ("one", "two"):

        @registry.check(part, points=1)
        def claim(subject: object) -> None:
            """A sentence."""

    assert [registry.of_part(part)[0].id for part in ("one", "two")] == ["one.claim", "two.claim"]


def test_a_check_that_is_declared_twice_is_refused() -> None:
    """The error names both places by file and line, and the first declaration stands."""
    registry = Registry()
    lines = []
    for points in (2, 40):

        def claim(subject: object) -> None:
            """A sentence."""

        lines.append(claim.__code__.co_firstlineno)
        declare = registry.check("part", points=points)
        if points == 2:
            declare(claim)
        else:
            with pytest.raises(ValueError, match=r"part\.claim is declared twice") as found:
                declare(claim)
    assert all(f"test_registry.py:{line}" in str(found.value) for line in lines)
    assert [check.points for check in registry.of_part("part")] == [2]


def test_a_need_that_was_never_declared_is_refused() -> None:
    """A mistyped or undeclared need fails when the checks are imported, not when they run."""

    def undeclared(subject: object) -> None: ...

    def claim(subject: object) -> None:
        """A sentence."""

    with pytest.raises(LookupError, match=r"part\.claim needs .*test_registry\.py"):
        Registry().check("part", points=1, needs=[undeclared])(claim)
