"""The LSTM layer, with its fast exact implementation."""
