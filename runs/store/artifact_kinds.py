"""Kinds of artifacts of a run."""

MODEL, CHECKPOINT, MEASURED = "model", "checkpoint", "measured"
PROOF, EVALUATION, EXPORT, ONNX = "proof", "evaluation", "export", "onnx"
# The exported model contains its owner's name for it, which MODEL never does.
EXPORTED = "exported"
