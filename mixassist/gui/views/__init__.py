# SPDX-License-Identifier: Apache-2.0
"""Pictures of the audio on the time line."""
