"""Places of an interaction under a split."""

# SHOWN: in the history of a person of whom nothing is learned from. UNUSED: none of all that, such as what happened after
# the test.
TRAIN, VALIDATION, TEST, SHOWN, UNUSED = range(5)
