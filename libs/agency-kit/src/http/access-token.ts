import { AgencyApiError, readError } from './agency-api-error.ts';
import { createClientAssertion } from './client-assertion.ts';
import type { AgencyKey } from './client-assertion.ts';

/** Sends a request; for tests. It must not follow redirects. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface AccessTokenOptions {
  /** Origin of the platform, such as https://cups.example.md. */
  origin: string;
  /** Code of the agency. */
  code: string;
  key: AgencyKey;
  send: Fetch;
  now: () => Date;
}

/** A token is renewed this long before it expires, so that none expires on its way. */
const RENEW_BEFORE_MS = 30_000;
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** The access token of an agency's system: requested when needed, shared by all requests, renewed before it expires. */
export class AccessToken {
  readonly #options: AccessTokenOptions;
  #current: { token: string; renewAt: number } | undefined;
  #pending: Promise<string> | undefined;

  constructor(options: AccessTokenOptions) {
    this.#options = options;
  }

  /** @throws AgencyApiError */
  async get(): Promise<string> {
    const now = this.#options.now().getTime();
    if (this.#current && this.#current.renewAt > now) return this.#current.token;
    this.#pending ??= this.#request().finally(() => (this.#pending = undefined));
    return this.#pending;
  }

  /** Forgets a token that the platform has refused. */
  discard(token: string): void {
    if (this.#current?.token === token) this.#current = undefined;
  }

  async #request(): Promise<string> {
    const { origin, code, key, send, now } = this.#options;
    const audience = `${origin}/agency/v1/token`;
    const time = now();
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: createClientAssertion(key, { code, audience, now: time }),
    });
    const response = await send(audience, { method: 'POST', body });
    if (!response.ok) throw await readError(response);
    const { access_token: token, expires_in: seconds } = (await response.json().catch(() => ({}))) as {
      access_token?: unknown;
      expires_in?: unknown;
    };
    if (typeof token !== 'string' || typeof seconds !== 'number')
      throw new AgencyApiError(response.status, 'RESPONSE_INVALID');
    this.#current = { token, renewAt: time.getTime() + seconds * 1000 - RENEW_BEFORE_MS };
    return token;
  }
}
