"""The lake's page: what `make run` leaves in build/report.html, one file that needs no network.

It holds the bars of at most 50 tickers, returns and liquidity, and what is known of the data's quality.
`page.html`, `page.css` and the `.js` files beside this one are what it is made of; `write_report` puts them together.
"""

from __future__ import annotations

from report.page import LIMIT, write_report
from report.tickers import MOST, ChoiceError

__all__ = ["LIMIT", "MOST", "ChoiceError", "write_report"]
