# SPDX-License-Identifier: Apache-2.0
"""Multitrack songs made for training: notes, players, raw recordings and the mixes people made of such songs."""
