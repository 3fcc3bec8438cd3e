"""Files of the lake, on disk or on S3: whole files, listings, and files with a version."""
