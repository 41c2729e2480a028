# SPDX-License-Identifier: Apache-2.0
"""Loaders for published multitracks, for those who have them: MedleyDB, ENST-Drums, Mixing Secrets, MUSDB18."""
