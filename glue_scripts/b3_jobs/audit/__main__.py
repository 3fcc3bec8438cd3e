"""`python -m b3_jobs.audit`: see `command`."""

import sys

from b3_jobs.audit.command import main

sys.exit(main())
