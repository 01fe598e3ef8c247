"""How we talk: what is heard and said, forms and the engine, answers, places, dates, sentences. No database, no messenger."""
