"""The Glue job that refines B3 quotes: raw Parquet in, the published tables out."""
