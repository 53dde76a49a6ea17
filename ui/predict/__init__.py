"""The page Predict: new sequences and their predictions."""
