/** What a person changes about their own access. */
import { http, setAccessToken } from "./api";
import type { LoginResult, PasswordChange } from "./types";

/** The other sessions end; this one goes on with the new token when the API gives one. */
export async function changePassword(change: PasswordChange): Promise<void> {
  // A 401 here is about the password typed, not about the session: it must not send anybody to the login.
  const { data } = await http.post<LoginResult | undefined>("/api/me/senha", change);
  if (data?.access_token) setAccessToken(data.access_token);
}
