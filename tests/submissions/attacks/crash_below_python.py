"""Reads address 0, so that its process dies of a signal."""

import ctypes
import os

ctypes.string_at(0)
