# SPDX-License-Identifier: Apache-2.0
"""Files a user keeps or exchanges: sessions, parameter tables, stems."""
