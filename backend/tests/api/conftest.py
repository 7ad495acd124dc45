"""Gives this folder the panel's fixtures."""

from tests.panel_fixtures import app, atendente, client, gestor, superuser, world

__all__ = ["app", "atendente", "client", "gestor", "superuser", "world"]
