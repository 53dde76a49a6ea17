import os

import hypothesis

# One warm worker is enough wherever a test does not ask for more (tests/runs does).
os.environ["UNPADDED_WORKERS"] = "1"

# A slow machine is no failure.
hypothesis.settings.register_profile("unpadded", deadline=None)
hypothesis.settings.load_profile("unpadded")
