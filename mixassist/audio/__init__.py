# SPDX-License-Identifier: Apache-2.0
"""Reading, writing and measuring audio files."""
