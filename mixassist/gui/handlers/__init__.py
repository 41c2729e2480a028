# SPDX-License-Identifier: Apache-2.0
"""What the actions of the table do, a handler a menu."""
