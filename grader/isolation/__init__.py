"""The boundary between the process that decides and the one a submission lives in."""
