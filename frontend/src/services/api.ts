/**
 * The only door to the API. It owns the Axios instance, the access token (memory only, never stored, never in an
 * address) and its renewal. It must not know about screens: the session is told by a callback when it is over.
 */
import axios, { type AxiosError, type InternalAxiosRequestConfig } from "axios";
import { noteServerTime } from "../lib/clock";
import { noteReachable } from "./connection";
import { ApiError, toApiError } from "./errors";
import type { LoginResult } from "./types";

declare module "axios" {
  interface AxiosRequestConfig {
    /** Sent without a token, and a 401 is an answer, not a reason to renew. */
    anonymous?: boolean;
  }
}

type RetriableConfig = InternalAxiosRequestConfig & { retried?: boolean };

export const API_ORIGIN = (import.meta.env.VITE_API_URL ?? "").replace(/\/+$/, "");

export const http = axios.create({
  baseURL: API_ORIGIN,
  timeout: 20_000,
  // The refresh cookie travels also when the API lives on another host of the same site.
  withCredentials: true,
});

let accessToken: string | null = null;
let renewal: Promise<void> | null = null;
let onSessionOver: (cause: ApiError) => void = () => undefined;
let onPasswordDue: () => void = () => undefined;

export function setAccessToken(token: string | null): void {
  accessToken = token;
}

export function setSessionOverHandler(handler: (cause: ApiError) => void): void {
  onSessionOver = handler;
}

/** Called when the API answers nothing else until the person has changed a password set by somebody else. */
export function setPasswordDueHandler(handler: () => void): void {
  onPasswordDue = handler;
}

async function requestRenewal(): Promise<void> {
  const { data } = await http.post<LoginResult>("/api/refresh", undefined, { anonymous: true });
  accessToken = data.access_token;
}

async function takeTurn(locks: LockManager | undefined): Promise<void> {
  if (locks) await locks.request("atende-ai:renovar", requestRenewal);
  else await requestRenewal();
}

/**
 * Renews the access token. Requests that fail together share one renewal, and tabs take turns, because the
 * refresh cookie rotates and a second use of the old one would end the session.
 */
export function renewSession(): Promise<void> {
  // Older browsers, and pages not served over https, have no lock manager.
  const locks = navigator.locks as LockManager | undefined;
  renewal ??= takeTurn(locks).finally(() => {
    renewal = null;
  });
  return renewal;
}

http.interceptors.request.use((config) => {
  if (accessToken !== null && !config.anonymous) config.headers.set("Authorization", `Bearer ${accessToken}`);
  return config;
});

http.interceptors.response.use(
  (response) => {
    noteServerTime(response.headers.date);
    noteReachable(true);
    return response;
  },
  async (error: AxiosError) => {
    const config = error.config as RetriableConfig | undefined;
    if (error.response) noteReachable(true);
    else if (error.code === "ERR_NETWORK") noteReachable(false);
    if (error.response?.status !== 401 || config === undefined || config.anonymous || config.retried) {
      const failure = await toApiError(error);
      if (failure.status === 403 && failure.code === "trocar_senha") onPasswordDue();
      throw failure;
    }
    try {
      await renewSession();
    } catch (renewalError) {
      const cause = await toApiError(renewalError);
      if (cause.status === 401 || cause.status === 403) {
        accessToken = null;
        onSessionOver(cause);
        throw new ApiError({ status: 401, code: "nao_autenticado", detail: "Sua sessão terminou. Entre de novo para continuar." });
      }
      // The server could not be reached: the session may well be alive, so nobody is sent to the login.
      throw cause;
    }
    config.retried = true;
    return http.request(config);
  },
);

export async function get<T>(url: string, params?: object, signal?: AbortSignal): Promise<T> {
  const { data } = await http.get<T>(url, { params, ...(signal && { signal }) });
  return data;
}

export async function post<T>(url: string, body?: unknown): Promise<T> {
  const { data } = await http.post<T>(url, body);
  return data;
}

export async function patch<T>(url: string, body: unknown): Promise<T> {
  const { data } = await http.patch<T>(url, body);
  return data;
}

export async function put<T>(url: string, body: unknown): Promise<T> {
  const { data } = await http.put<T>(url, body);
  return data;
}

export async function remove<T>(url: string, params?: object): Promise<T> {
  const { data } = await http.delete<T>(url, { params });
  return data;
}

export async function getBlob(url: string, signal?: AbortSignal): Promise<Blob> {
  const { data } = await http.get<Blob>(url, { responseType: "blob", timeout: 60_000, ...(signal && { signal }) });
  return data;
}
