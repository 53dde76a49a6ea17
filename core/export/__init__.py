"""Export of a trained model: ZIP, model card, Keras script, ONNX and their verification."""
