"""The lab on polynomials, one module per part."""
