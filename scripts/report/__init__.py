"""The report of a lake as one HTML file that needs no network: `make run` writes build/report.html.

It shows the bars of at most 50 tickers, their returns and liquidity, and the data's quality.
`write_report` puts it together from `page.html`, `page.css` and the `.js` files of this folder.
"""

from __future__ import annotations

from report.lake_files import LakeError
from report.page import INVENTED, MOST_BYTES, page_file, write_report

__all__ = ["INVENTED", "MOST_BYTES", "LakeError", "page_file", "write_report"]
