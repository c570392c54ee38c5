"""What is known: the only room that speaks SQL. Functions take a transaction and return domain nouns."""
