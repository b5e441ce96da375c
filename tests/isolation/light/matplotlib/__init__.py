"""Stands for Matplotlib."""


def use(backend):
    pass
