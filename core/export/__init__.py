"""What a trained model is saved and exported as: ZIP, model card, Keras script, ONNX."""
