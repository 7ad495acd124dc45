/** What a person changes about their own access. */
import { http, post } from "./api";
import type { PasswordChange, PasswordReset } from "./types";

/** The other sessions of this person end; this one goes on. */
export async function changePassword(change: PasswordChange): Promise<void> {
  await post("/api/me/senha", change);
}

/** With a one-time code, without a session. */
export async function resetPassword(reset: PasswordReset): Promise<void> {
  await http.post("/api/senha/redefinir", reset, { anonymous: true });
}
