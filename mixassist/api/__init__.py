# SPDX-License-Identifier: Apache-2.0
"""The use cases as plain functions with progress and cancel; the public Python API."""
