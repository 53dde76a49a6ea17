"""Accuracy of the suggestion on data sets with published figures."""
