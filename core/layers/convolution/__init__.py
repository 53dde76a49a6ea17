"""Convolutions over the real steps of sequences: fields, operations, and their implementations."""
