"""How many tokens a text costs the model, estimated from above: new models' tokenisers are not published. Pure."""

PER_MESSAGE = 4
"""What a message costs besides its text."""


def estimate_tokens(text: str) -> int:
    """At most a few percent too low, usually a third too high: three bytes of UTF-8 a token.

    Portuguese has about four letters a token; an ideogram or an emoji is one to three tokens in three or four bytes.
    """
    return -(-len(text.encode("utf-8", "replace")) // 3) + PER_MESSAGE
