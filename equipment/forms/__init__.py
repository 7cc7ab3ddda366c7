"""Forms by noun. They clean fields and judge nothing."""
