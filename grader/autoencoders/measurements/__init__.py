"""What several checks measure alike: trainings, posteriors, the negative ELBO, checkpoints."""
