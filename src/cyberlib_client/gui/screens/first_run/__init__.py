"""What is asked once, from the first start to a file that was restored and compared."""
