"""The error shapes of the four vendors, in one place.

Used by the APIs for the errors they find and by the gateway for the ones it was told to produce.
"""

from typing import Any

from starlette.responses import JSONResponse

_GOOGLE_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


def twilio_error(status: int, code: int, message: str) -> JSONResponse:
    """Twilio's error document."""
    return JSONResponse(
        {
            "code": code,
            "message": message,
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        },
        status_code=status,
    )


def openai_error(
    status: int,
    message: str,
    *,
    error_type: str = "invalid_request_error",
    param: str | None = None,
    code: str | None = None,
) -> JSONResponse:
    """OpenAI's error document."""
    return JSONResponse(
        {"error": {"message": message, "type": error_type, "param": param, "code": code}}, status_code=status
    )


def google_error(status: int, message: str, *, details: list[dict[str, Any]] | None = None) -> JSONResponse:
    """Google's error document."""
    error: dict[str, Any] = {"code": status, "message": message, "status": _GOOGLE_STATUS.get(status, "UNKNOWN")}
    if details:
        error["details"] = details
    return JSONResponse({"error": error}, status_code=status)


def chatwoot_error(status: int, message: str) -> JSONResponse:
    """Chatwoot's error documents, which differ between authentication, lookup and validation."""
    if status == 401:
        return JSONResponse({"errors": [message]}, status_code=401)
    if status == 422:
        return JSONResponse({"message": message, "attributes": []}, status_code=422)
    return JSONResponse({"error": message}, status_code=status)


def failure(vendor: str, status: int) -> JSONResponse:
    """The document a vendor answers with when it fails on its own with this status."""
    if vendor == "twilio":
        codes = {401: (20003, "Authenticate"), 404: (20404, "The requested resource was not found")}
        default = (20429, "Too Many Requests") if status == 429 else (20500, "An internal server error has occurred")
        if status == 503:
            default = (20503, "Service is not available")
        code, message = codes.get(status, default)
        return twilio_error(status, code, message)
    if vendor == "openai":
        if status == 429:
            message = "Rate limit reached for requests. Please try again later."
            return openai_error(429, message, error_type="requests", code="rate_limit_exceeded")
        if status == 401:
            return openai_error(401, "Incorrect API key provided.", code="invalid_api_key")
        if status < 500:
            return openai_error(status, "The request could not be processed.")
        message = "The server had an error while processing your request. Sorry about that!"
        return openai_error(status, message, error_type="server_error")
    if vendor == "google":
        if status == 429:
            message = (
                "Quota exceeded for quota metric 'Write requests' and limit 'Write requests per minute per user' "
                "of service 'sheets.googleapis.com'."
            )
            return google_error(429, message)
        return google_error(status, "Internal error encountered." if status >= 500 else "The request failed.")
    messages = {401: "Invalid Access Token", 404: "Resource could not be found", 429: "Retry later"}
    return chatwoot_error(status, messages.get(status, "Internal server error"))
