"""The two-stage model: EASE proposes candidates, a small network orders them."""
