// Folding, marks and reactions.
