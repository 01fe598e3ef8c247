"""What is true: the tables, and the rules over them. Nothing here knows a messenger, a sentence or a clock."""
