"""The money of the demo's past: what every lesson, tip and top-up left behind, to the cent.

Amounts and next steps come from the product's own policies (settlement, agenda, credits, pricing).
What its services write for each step is written here once more, as rows for COPY, because living
through two years call by call would take an hour.
"""
