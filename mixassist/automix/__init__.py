# SPDX-License-Identifier: Apache-2.0
"""Mixers that suggest controls for every channel."""
