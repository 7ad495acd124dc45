"""Simulators of Twilio, OpenAI, Google Sheets and Chatwoot behind one real HTTP server.

They exist for people without accounts at those vendors and for tests; the product reaches them only over
HTTP, through the vendors' own SDKs, and never imports this package. Nothing here imports the product either.
"""
