# SPDX-License-Identifier: Apache-2.0
"""Start page, dialogs and sheets."""
