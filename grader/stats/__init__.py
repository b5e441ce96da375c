"""Numbers in NumPy alone: Gaussians, moments, metrics, known wrong formulas, diagnoses."""
