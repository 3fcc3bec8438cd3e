"""Files of the lake, on disk or on S3: whole files, listings, and a small file that two runs may write."""
