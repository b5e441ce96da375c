"""The platforms that courses run on."""
