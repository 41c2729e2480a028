# SPDX-License-Identifier: Apache-2.0
"""From a session to sound: strip renders, their cache, the play graph and the mixdown."""
