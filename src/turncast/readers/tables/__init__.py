"""Read tables with one row per turn: CSV, TSV, Parquet and Excel; also event logs."""

from turncast.readers.tables.csv_file import find_header, read_csv
from turncast.readers.tables.excel_file import read_excel
from turncast.readers.tables.parquet_file import read_parquet

__all__ = ["find_header", "read_csv", "read_excel", "read_parquet"]
