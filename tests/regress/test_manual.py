#!/usr/bin/env python3
"""docs/deck.md is what the program says of itself, so that the manual never falls behind the tables of keys."""
import os
import subprocess
import sys

program = sys.argv[1]
kept = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "deck.md")
says = subprocess.run([program, "-manual"], stdout=subprocess.PIPE, text=True, check=True).stdout
with open(kept) as f:
    if f.read() != says:
        sys.exit("FAILED: docs/deck.md is not what `nanomint -manual` prints; run: nanomint -manual > docs/deck.md")
help_text = subprocess.run([program, "-help"], stdout=subprocess.PIPE, text=True, check=True).stdout
missing = [line.split("`")[1] for line in says.splitlines() if line.startswith("| `") and f"  {line.split('`')[1]} " not in help_text]
if missing:
    sys.exit(f"FAILED: -help lacks {', '.join(missing)}")
if not subprocess.run([program, "-version"], stdout=subprocess.PIPE, text=True, check=True).stdout.startswith("nanomint "):
    sys.exit("FAILED: -version")
