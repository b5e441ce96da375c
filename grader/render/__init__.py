"""Render records as JSON, tables and pages. Nothing here measures or scores."""
