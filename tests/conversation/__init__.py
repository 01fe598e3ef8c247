"""The conversation core: answers, places, dates, sentences, forms and the engine."""
