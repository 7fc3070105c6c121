"""A report as a page: one file that needs nothing else, on a screen, a phone and on paper."""

from turncast.evaluation.html_report.page import check_libraries, report_page, write_report

__all__ = ["check_libraries", "report_page", "write_report"]
