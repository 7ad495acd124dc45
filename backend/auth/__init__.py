"""Who someone is and what they may reach: passwords, tokens, signed addresses, encryption at rest and tenant scope."""
