# SPDX-License-Identifier: Apache-2.0
"""What a mixing session is: plain immutable values, no torch, no Qt, no sound devices."""
