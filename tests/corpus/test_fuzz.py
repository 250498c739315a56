"""A short run of benchmarks/fuzz.py: always the same damaged files."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILES = 200


def test_damaged_files_cost_one_sentence_each():
    options = ("--forked", "--seed", "1", "--files", str(FILES))
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "fuzz.py", *options],
        capture_output=True,
        check=False,
        timeout=300,
    )
    report = json.loads(done.stdout)
    assert report["failures"] == [] and done.returncode == 0
    assert report["files"] == FILES
    # Damage that is always noticed, or never, would test nothing.
    assert FILES / 5 < report["refused"] < FILES * 4 / 5
