# SPDX-License-Identifier: Apache-2.0
"""Blind listening: setting a test up, making it, seeing what came of it."""
