# %% [markdown]
# # Part `evaluation`: evaluation
#
# A polynomial of degree $d$ is given by its coefficients $c_0, \dots, c_d$. Its values at some points are the product
# of a matrix, which holds the powers of the points, with the vector of the coefficients.

# %%
import numpy as np


# %%
def design_matrix(points: np.ndarray, degree: int) -> np.ndarray:
    """Powers 0 to `degree` of the points: (n,) -> (n, degree + 1)."""
    ### BEGIN SOLUTION
    return np.vander(points, degree + 1, increasing=True)
    ### END SOLUTION


# %%
def evaluate(coefficients: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Values (n,) at the points (n,); coefficient k belongs to the k-th power."""
    ### BEGIN SOLUTION
    return design_matrix(points, len(coefficients) - 1) @ coefficients
    ### END SOLUTION
