# SPDX-License-Identifier: Apache-2.0
"""The tables of the README and of the model cards, measured again."""
