"""Analyses of several trainings or many predictions.

Compare recipes, cross-validate one, and evaluate early prediction.
"""
