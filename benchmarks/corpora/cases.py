"""Convert each input of a folder of faulty and unusual inputs, and compare the outcome with the expected one.

The folder holds the smallest inputs of faults that public bug reports describe. Each input is read exactly,
or refused with one line and status 2. The exit status is 1 if an outcome differs.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.command import parser_for

EXPECTED = {
    "01_checkpoint_only_story/stories.md": (0, '"utter_thanks"'),
    "05_md_slot_or/stories.md": (2, "OR joins user messages, not a slot"),
    "10_user_number_text/stories.yml": (0, '"user": "007"'),
    "12_surrogate_yaml/stories.yml": (0, "hey 😁"),
    "21_running_example/running.csv": (2, "--read dates="),
    "21_running_example/running.csv --column order=": (0, '"actions": ["'),
    "22_nanoseconds/log.csv": (0, '["first"]}, {"actions": ["second"]}, {"actions": ["third"]}'),
    "23_big_order/log.csv": (0, '["first"]}, {"actions": ["second"]}, {"actions": ["third"]}'),
    "24_unclosed_quote/log.csv": (2, "line 3: the quote at the beginning of a cell never closes"),
    "24_unclosed_quote/log3.csv": (2, "line 3: the quote at the beginning of a cell never closes"),
    "24_unclosed_quote/tsvquotes.tsv": (0, r'"\"hi\" she said"'),
    "25_inf_fact/log.csv --column fact=commit": (0, '"commit": "123e4567"'),
    "26_trailing_cols/excel.csv": (0, '"actions": ["b"]'),
    "27_sep_line/excel.csv": (0, '"actions": ["b"]'),
    "27_sep_line/quoted_header2.csv --column 'action=activity, step, or, what'": (0, '"actions": ["a"]'),
    "28_mixed_tz/dates.csv": (0, '["first"]}, {"actions": ["second"]}'),
    "28_mixed_tz/slash.csv": (0, '["first"]}, {"actions": ["second"]}'),
    "29_lifecycle/two_columns.csv": (2, "each of 'start_timestamp', 'end_timestamp' may be the order"),
    "31_user_is_resource/user.csv": (2, "the column 'user' may be a text, or who did the activity"),
    "31_user_is_resource/res.csv": (0, '"actions": ["ship"]'),
    "32_parquet/bin.parquet": (0, '"actions": ["second"]'),
    "32_parquet/list.parquet": (2, "an action in the column 'activity' is null or empty"),
    "32_parquet/ns.parquet": (0, '["first"]}, {"actions": ["second"]}'),
    "32_parquet/old.parquet": (0, '"actions": ["x"]'),
    "32_parquet/struct.parquet": (2, "has the type struct<n: string>"),
    "33_excel_xes/log.xlsx": (2, "save the sheet as CSV UTF-8"),
    "33_excel_xes/noorder.csv": (0, r'"line one\nline two"'),
    "35_date_and_time/sap.csv": (2, "--column order=date+time"),
    "40_anthropic/log.jsonl": (0, '"actions": ["get_weather"]'),
    "42_content/log.jsonl": (0, '"response": "hello there"'),
    "45_langchain/oai_args.jsonl --read arguments=true": (0, '"find:k+q"'),
    "48_sharegpt/llamafactory.json": (0, '"actions": ["find"]'),
    "50_wrapped_logs/growing.jsonl": (0, '"id": "growing:2"'),
    "50_wrapped_logs/weights.jsonl": (0, '"response": "good answer"'),
    "51_roles/log.jsonl": (0, '"response": "done"'),
    "52_names/log.jsonl": (0, '"respond()"'),
    "54_vercel/log.jsonl": (0, '"actions": ["listOrders"]'),
    "57_detection/sorted.jsonl": (0, '"response": "hello"'),
    "57_detection/turns_key.jsonl": (0, '"response": "x"'),
    "70_locale/c.jsonl": (0, "refuse—später"),
    "82_names/long.jsonl": (0, r"\u001b]0;pwned"),
    "84_imbalance/c.jsonl": (0, '"actions": ["alarm"]'),
    "85_repro/c.jsonl": (0, '"id": "booking-1"'),
    "93_conditional_response/stories.yml": (0, '"response": "the default"'),
}
"""Input, with its options -> the exit status, and a part of the written corpus or of the message."""


def main(name: str, arguments: Sequence[str]) -> int:
    """Run the cases."""
    parser = parser_for(name, __doc__)
    parser.add_argument("data", type=Path, help="the folder of cases")
    options = parser.parse_args(arguments)
    differences = 0
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "converted.jsonl"
        for case, (status, part) in EXPECTED.items():
            path, *further = shlex.split(case)
            command = ["data", "convert", str(options.data / path), str(output), "--force", *further]
            program = [sys.executable, "-m", "turncast"]
            run = subprocess.run([*program, *command], capture_output=True, encoding="utf-8", check=False)
            text = output.read_text(encoding="utf-8") if run.returncode == 0 else run.stderr
            as_expected = run.returncode == status and part in text
            as_expected = as_expected and (status == 0 or run.stderr.count("\n") == 1)
            differences += not as_expected
            print(f"{'as expected' if as_expected else 'DIFFERS':<12} {status} {case}", flush=True)
            if not as_expected:
                print(f"expected {part!r}; got status {run.returncode}: {text[:300]}", file=sys.stderr)
    print(f"{len(EXPECTED) - differences} of {len(EXPECTED)} as expected")
    return 1 if differences else 0
