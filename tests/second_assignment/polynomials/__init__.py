"""A second assignment, which proves that the engine knows no lab.

Two parts and five checks on fitting polynomials with NumPy: other parts, points, thresholds, texts, operations and
hidden data than the autoencoder lab, and nothing of TensorFlow. It lies outside the grader and is found as any
installed assignment is: by the entry point in polynomials-1.0.dist-info, once this folder is on the path.

tests/grading/test_second_assignment.py and its neighbour release it, check it in the student's process, grade it
isolated, report it and enter it into nbgrader, all with the very engine that grades the autoencoder lab. Whoever writes
an assignment may begin with a copy of it.

    assignment.py          the record that the engine is handed
    registry.py, checks/   what is claimed, with its points
    thresholds.json        what measured quantities are held to
    calibration.json       what right solutions and a mistake measured of them
    subject.py             a submission as these checks see it
    operations/            what these checks ask of a submission's process beside what any assignment can
    texts/                 the notebook's first cells and the page of the students' bundle
    ../polynomials_reference   the solution, of which stubs and notebook are made

This module imports nothing: processes that submissions live in import it on the way to `polynomials.operations`.
"""
