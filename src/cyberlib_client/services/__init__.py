"""What the product does, as plain functions over ports: nothing here knows where adapters come from."""
