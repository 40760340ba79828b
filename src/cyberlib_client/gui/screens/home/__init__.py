"""Home: four answers, one sentence, one next thing to do."""
