"""Letters to customers: their words, their form, their way out, and what comes back."""
