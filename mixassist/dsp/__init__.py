# SPDX-License-Identifier: Apache-2.0
"""The console's signal processing, written once in torch: differentiable and exact."""
