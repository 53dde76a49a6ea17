"""Predict with the model in this folder: python predict.py new.csv > predictions.csv

The library that reads the table and runs the model is unpadded.zip, beside this file; install what
it needs with: pip install -r requirements.txt. More: python predict.py --help
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent

if __name__ == "__main__":
    sys.path.insert(0, str(HERE / "unpadded.zip"))  # before an installed one

    from unpadded.predict_command import main

    sys.exit(main(HERE))
