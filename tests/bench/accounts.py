"""The accounts everybody uses at the doubles."""

#: The bot's token at Telegram.
TOKEN = "4711:bench-bench-bench-bench-bench-bench"
#: The account at Twilio, and its WhatsApp sender.
ACCOUNT, AUTH_TOKEN, SENDER = "AC" + "0" * 32, "bench-auth-token", "+6280000000000"
