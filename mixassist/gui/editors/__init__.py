# SPDX-License-Identifier: Apache-2.0
"""The selected channel's stages: equaliser, compressor, reverb."""
