"""Random marketplaces that live for weeks in seconds, with everything going wrong that can."""
