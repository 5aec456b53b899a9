"""`python -m models.policies.agreements [POLICY_DIR]` prints the sha256 of each text, as a policy says it."""

import sys
from pathlib import Path

from models.policies.agreements import lines, read_texts

folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
sys.stdout.writelines(f"{line}\n" for line in lines(read_texts(folder)))
