"""Where in New York: boroughs, neighborhood polygons, display areas."""
