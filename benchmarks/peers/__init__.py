"""What our servers are compared with: the same libraries, doing next to nothing."""
