"""Where the webhooks hang: outside OpenAPI, each with its own access rule (the vendor's signature)."""

from starlette.routing import BaseRoute, Route

from webhooks.whatsapp import WhatsAppWebhook


def webhook_routes() -> list[BaseRoute]:
    return [
        Route("/webhook/{slug}", WhatsAppWebhook(""), methods=["POST"]),
        Route("/webhook/{slug}/status", WhatsAppWebhook("/status"), methods=["POST"]),
    ]
