"""Spends for ever in one instruction of the interpreter, which no exception interrupts."""

x = 7 ** (7 ** 12)
