"""Doubles of the messengers' servers: real HTTP on 127.0.0.1 that refuses what the providers would refuse.

Enter here: `telegram.TelegramDouble` and `twilio.TwilioDouble`. Each is a `with` and an `async with`;
`python -m tests.doubles` runs one as a process of its own.
"""
