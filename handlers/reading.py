"""What her words mean goes along with them: read once, before the transaction, so that the writer waits for no reading."""

from dataclasses import replace

from bot.conversation.heard import Heard, Kind
from bot.conversation.words import word_of
from bot.understanding.reading import Reader


def with_meaning(reader: Reader, heard: Heard) -> Heard:
    """The message with its meaning. Words that always work need none, and a button says what it means."""
    if heard.kind is not Kind.TEXT or not heard.text or word_of(heard.text):
        return heard
    return replace(heard, meaning=reader.read(heard.text))
