"""Views of the reports. Money is in whole US cents; lesson days are New York's."""
