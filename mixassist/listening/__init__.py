# SPDX-License-Identifier: Apache-2.0
"""Blind tests: trials, statistics, result logs."""
