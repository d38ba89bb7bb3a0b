"""python -m local up | down | run | ask | status | logs | kill-workers | reset"""

from __future__ import annotations

import sys

from local.cli import main

sys.exit(main(sys.argv[1:]))
