# SPDX-License-Identifier: Apache-2.0
"""MixAssist: a mixing assistant that predicts what an engineer can read, move and undo."""

__version__ = "0.1.0"
