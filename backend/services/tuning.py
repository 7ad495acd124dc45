"""The times of the message path that are engineering, not configuration. Tests shorten them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tuning:
    """Seconds unless the name says otherwise."""

    lease: float = 30.0
    alarm_cap: float = 0.5
    """How long the alarm sleeps at most: another process may have died holding a deadline."""
    sweep: float = 15.0
    catch_up: float = 300.0
    """Between two looks for messages that Twilio could not deliver."""
    stale_turn: float = 20.0
    """An unfinished turn not touched for this long is looked for in Redis."""
    claimed_at_most: int = 200
    turns_at_once: int = 64
    turns_per_empresa: int = 16
    lost_leases_allowed: int = 2
    """A turn whose lease is lost once more than this is parked."""
    retry_failed: float = 5.0
    """How soon a turn that failed unexpectedly is tried again."""
    media_wait: float = 25.0
    model_timeout: float = 30.0
    """One call of the model."""
    model_total: float = 75.0
    send_deadline: float = 20.0
    """From the commit of `sending`: past it nothing is written to Twilio for that attempt."""
    request_timeout: float = 15.0
    settle: float = 30.0
    """A sending absent from Twilio's list this long after its deadline did not happen."""
    look_every: float = 3.0
    send_attempts: int = 5
    circuit_open: float = 20.0
    """How long a provider that keeps failing is left alone."""
    backoff: float = 0.5
    pace: float = 1.5
    """Pause between two bubbles of one reply, before what the length of the text adds."""
    pair_burst: int = 4
    pair_seconds: float = 6.0
    """WhatsApp takes about one message in 6 s to the same person, and a short burst: more wait. 0 = no limit."""
    outbox_every: float = 0.5
    """How long the outbox sleeps at most: another process may have queued something, or died."""
    outbox_at_once: int = 16
    """Conversations whose loose parts are being sent by this process."""
    loose_patience: float = 600.0
    """For how long a part without a turn is tried while Twilio takes nothing."""
    typing_again: float = 3600.0
    """After Twilio refused the typing sign to an empresa."""
    reminders: float = 60.0
    """Between two looks for reservations to be reminded of."""
    drain: float = 20.0
    sheet_lease: float = 30.0
    """How long the one writer of a sheet is believed to be alive without a sign."""
    sheet_poll: float = 1.0
    """Between two looks for rows that a sheet still has to be told."""
    sheet_idle: float = 60.0
    """How old the last look at the sheet of an empresa gets while customers write to it; ten times that otherwise."""
    sheet_calls: int = 45
    """A minute, of each kind and service account. With the burst it stays within Google's 60."""
    sheet_burst: int = 15
