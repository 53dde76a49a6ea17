"""Random convolutions with a ridge on top: a model that is fitted in seconds."""
