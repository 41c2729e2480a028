# SPDX-License-Identifier: Apache-2.0
"""Painted controls: each subclasses a real Qt control, shows a value and emits edits."""
