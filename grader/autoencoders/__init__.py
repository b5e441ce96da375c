"""The autoencoder lab: its parts, checks, measurements, operations and thresholds."""
