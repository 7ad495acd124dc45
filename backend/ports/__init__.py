"""What the services ask of the outside, as Protocols, and the frozen dataclasses that cross the boundary.

Adapters in `integrations/` implement them over the vendors' SDKs; tests implement them as recording doubles.
Every method may raise a `ProviderError` subclass and nothing else; each call has its own timeout inside the adapter.
"""

from ports.base import ChatwootCredentials, Clock, GoogleCredentials, OpenAICredentials, TwilioCredentials
from ports.book import BookLook, BookRow, CallQuota, Reservation, ReservationBook, RowChange, SharedBook, SharedBooks
from ports.crm import Crm, CrmContact, CrmMessage
from ports.model import (
    ChatAnswer,
    ChatMessage,
    ChatModel,
    ChatRequest,
    DocumentReader,
    DocumentText,
    ImageInput,
    ToolCall,
    ToolExchange,
    ToolSpec,
    Transcriber,
    Transcript,
    Usage,
)
from ports.trials import (
    CrmInbox,
    InboxDirectory,
    ModelCatalog,
    SenderDirectory,
    SheetInspector,
    SheetReport,
    TwilioAccount,
)
from ports.whatsapp import FetchedMedia, ListedMessage, MessageSender, MessageTemplate, OutgoingMessage, SentMessage

__all__ = [
    "BookLook",
    "BookRow",
    "CallQuota",
    "ChatAnswer",
    "ChatMessage",
    "ChatModel",
    "ChatRequest",
    "ChatwootCredentials",
    "Clock",
    "Crm",
    "CrmContact",
    "CrmInbox",
    "CrmMessage",
    "DocumentReader",
    "DocumentText",
    "FetchedMedia",
    "GoogleCredentials",
    "ImageInput",
    "InboxDirectory",
    "ListedMessage",
    "MessageSender",
    "MessageTemplate",
    "ModelCatalog",
    "OpenAICredentials",
    "OutgoingMessage",
    "Reservation",
    "ReservationBook",
    "RowChange",
    "SenderDirectory",
    "SentMessage",
    "SharedBook",
    "SharedBooks",
    "SheetInspector",
    "SheetReport",
    "ToolCall",
    "ToolExchange",
    "ToolSpec",
    "Transcriber",
    "Transcript",
    "TwilioAccount",
    "TwilioCredentials",
    "Usage",
]
