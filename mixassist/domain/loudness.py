# SPDX-License-Identifier: Apache-2.0
"""The loudness that stems are brought to wherever their own level is not to count."""

from __future__ import annotations

REFERENCE_LUFS = -23.0
"""EBU R 128's programme loudness: before a stem is heard, driven into its strip, or compared with another."""
