"""The bridge to nbgrader: its gradebook and its autograde step."""
