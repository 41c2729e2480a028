# SPDX-License-Identifier: Apache-2.0
"""The console: strips, master, and the scrolling row that holds them."""
