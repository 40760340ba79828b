"""How things are said to people, at a terminal or in a window: language, figures, words of a report."""
