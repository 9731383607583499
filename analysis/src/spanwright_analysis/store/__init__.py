"""The plain store: spans and events in PostgreSQL, or in a folder of Parquet files that DuckDB reads."""
