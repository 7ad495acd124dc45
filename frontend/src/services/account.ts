/** What a person changes about their own access. */
import { post } from "./api";
import type { PasswordChange } from "./types";

/** The other sessions of this person end; this one goes on. */
export async function changePassword(change: PasswordChange): Promise<void> {
  await post("/api/me/senha", change);
}
