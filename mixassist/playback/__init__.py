# SPDX-License-Identifier: Apache-2.0
"""Hearing a session: transport and outputs."""
