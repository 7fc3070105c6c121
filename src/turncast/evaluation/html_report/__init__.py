"""A report as an HTML page: one file without other resources, for a screen, a phone and paper."""

from turncast.evaluation.html_report.page import check_libraries, report_page, write_report

__all__ = ["check_libraries", "report_page", "write_report"]
