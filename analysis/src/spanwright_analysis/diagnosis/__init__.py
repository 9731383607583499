"""What ``spanwright doctor`` looks at, and how it looks."""
