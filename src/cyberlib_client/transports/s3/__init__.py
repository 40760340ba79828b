"""A vault in a bucket of one's own, at any storage that speaks S3."""
