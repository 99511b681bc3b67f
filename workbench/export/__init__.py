"""What leaves the workbench: lists of recommendations, predicted ratings, metrics, reports."""
