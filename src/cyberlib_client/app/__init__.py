"""What front ends call: commands as functions, with adapters chosen, and codes turned into sentences."""
