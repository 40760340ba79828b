"""What is protected, and what is left out."""
