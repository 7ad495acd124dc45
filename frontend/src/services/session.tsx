/** Who is using the panel. Restores the session when the page opens, ends it on logout or when renewal is refused. */
import { useQueryClient } from "@tanstack/react-query";
import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from "react";
import { get, http, renewSession, setAccessToken, setPasswordDueHandler, setSessionOverHandler } from "./api";
import { ApiError, toApiError } from "./errors";
import type { LoginResult, Me } from "./types";

type State =
  | { phase: "restoring" }
  | { phase: "unreachable"; error: ApiError }
  | { phase: "anonymous"; notice: string | null }
  | { phase: "signed-in"; me: Me };

interface Session {
  state: State;
  login: (email: string, password: string) => Promise<Me>;
  logout: () => Promise<void>;
  restore: () => void;
  /** What was just typed at the login, kept in memory while a change of it is due, so that it is not asked for twice. */
  typedPassword: string | null;
  /** Reads again who one is, after changing something about oneself. */
  reloadMe: () => Promise<void>;
}

const SessionContext = createContext<Session | null>(null);

const OVER = "Sua sessão terminou. Entre de novo e voltamos para onde você estava.";

/** Somebody whose access was taken away is told so; every other end of a session is just an end. */
function noticeFor(cause: ApiError): string | null {
  return cause.code === "acesso_desativado" ? cause.detail : null;
}

/** Not a credential: only says that a refresh cookie is worth trying, which spares strangers a failing request. */
const HINT = "atende-ai:sessao";

function readHint(): boolean {
  try {
    return localStorage.getItem(HINT) !== null;
  } catch {
    return true;
  }
}

function writeHint(signedIn: boolean): void {
  try {
    if (signedIn) localStorage.setItem(HINT, "1");
    else localStorage.removeItem(HINT);
  } catch {
    // Without storage the cookie is simply tried every time.
  }
}

export function SessionProvider({ children }: { children: ReactNode }) {
  const queryClient = useQueryClient();
  const [state, setState] = useState<State>(() =>
    readHint() ? { phase: "restoring" } : { phase: "anonymous", notice: null },
  );

  const [typedPassword, setTypedPassword] = useState<string | null>(null);

  const end = useCallback(
    (notice: string | null) => {
      setAccessToken(null);
      setTypedPassword(null);
      writeHint(false);
      queryClient.clear();
      setState({ phase: "anonymous", notice });
    },
    [queryClient],
  );

  const restore = useCallback(() => {
    setState({ phase: "restoring" });
  }, []);

  useEffect(() => {
    setSessionOverHandler((cause) => end(noticeFor(cause) ?? OVER));
    setPasswordDueHandler(() =>
      setState((current) =>
        current.phase === "signed-in" && !current.me.trocar_senha
          ? { phase: "signed-in", me: { ...current.me, trocar_senha: true } }
          : current,
      ),
    );
    return () => {
      setSessionOverHandler(() => undefined);
      setPasswordDueHandler(() => undefined);
    };
  }, [end]);

  const restoring = state.phase === "restoring";
  useEffect(() => {
    if (!restoring) return;
    let current = true;
    const attempt = async () => {
      try {
        await renewSession();
        const me = await get<Me>("/api/me");
        if (current) setState({ phase: "signed-in", me });
      } catch (error) {
        const cause = await toApiError(error);
        if (!current) return;
        if (cause.status === 401 || cause.status === 403) end(noticeFor(cause));
        else setState({ phase: "unreachable", error: cause });
      }
    };
    void attempt();
    return () => {
      current = false;
    };
  }, [restoring, end]);

  const login = useCallback(
    async (email: string, password: string) => {
      const form = new URLSearchParams({ username: email, password });
      const { data } = await http.post<LoginResult>("/api/login", form, { anonymous: true });
      setAccessToken(data.access_token);
      const me = await get<Me>("/api/me");
      writeHint(true);
      queryClient.clear();
      setTypedPassword(me.trocar_senha ? password : null);
      setState({ phase: "signed-in", me });
      return me;
    },
    [queryClient],
  );

  const logout = useCallback(async () => {
    try {
      await http.post("/api/logout");
    } finally {
      end(null);
    }
  }, [end]);

  const reloadMe = useCallback(async () => {
    const me = await get<Me>("/api/me");
    if (!me.trocar_senha) setTypedPassword(null);
    setState({ phase: "signed-in", me });
  }, []);

  const session = useMemo(
    () => ({ state, typedPassword, login, logout, restore, reloadMe }),
    [state, typedPassword, login, logout, restore, reloadMe],
  );
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error("useSession needs a SessionProvider above it");
  return session;
}

/** The signed-in person; only for screens behind RequireSession. */
export function useMe(): Me {
  const { state } = useSession();
  if (state.phase !== "signed-in") throw new Error("useMe is for screens that need a session");
  return state.me;
}

/** Where a person starts: everything for a superuser, their own company for the rest. */
export function homeOf(me: Me): string {
  if (me.is_superuser) return "/admin";
  return me.empresa ? `/admin/${me.empresa.slug}` : "/conta";
}
