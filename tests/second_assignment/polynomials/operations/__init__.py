"""What a harness can be asked for in this assignment, beside what it can in any."""

import numpy as np

from grader.harness.arrays import as_array
from grader.harness.guard import submission_code
from grader.harness.operations import Harness, operation
from grader.protocol.messages import Reply, Request


@operation
def call_with_numpy(harness: Harness, request: Request) -> Reply:
    """Call the function `name` of `part` on arrays of NumPy, in double precision; one array comes back."""
    name = request.parameters["name"]
    function = harness.definitions.find(request.parameters["part"], name)
    with submission_code(f"calling {name}"):
        answer = function(*(array.astype(np.float64) for array in request.arrays), **request.parameters["arguments"])
    (want,) = request.wants or ()
    return Reply(arrays=(as_array(answer, name, want),))
