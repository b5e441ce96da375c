# %% [markdown]
# # Part `fitting`: fitting
#
# The coefficients that fit given values best are those with the smallest sum of squared residuals.

# %%
import numpy as np

from .evaluation import design_matrix, evaluate


# %%
def fit(points: np.ndarray, values: np.ndarray, degree: int) -> np.ndarray:
    """Coefficients (degree + 1,) of the polynomial with the least squared residuals."""
    ### BEGIN SOLUTION
    solution, *_ = np.linalg.lstsq(design_matrix(points, degree), values, rcond=None)
    return solution
    ### END SOLUTION


# %%
def mean_squared_error(coefficients: np.ndarray, points: np.ndarray, values: np.ndarray) -> float:
    """The mean of the squared residuals."""
    ### BEGIN SOLUTION
    return float(np.mean((evaluate(coefficients, points) - values) ** 2))
    ### END SOLUTION


# %%
if __name__ == "__main__":
    samples = np.linspace(-1.0, 1.0, 50)
    print(fit(samples, np.exp(samples), degree=3))

# %% [markdown]
# **Question.** Why does the mean squared error never grow with the degree?
