# SPDX-License-Identifier: Apache-2.0
"""`python -m mixassist`: the same as the command `mixassist`."""

import sys

from mixassist.cli import main

if __name__ == "__main__":
    sys.exit(main())
