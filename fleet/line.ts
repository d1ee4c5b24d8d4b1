import { request as sendRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { ApiError, isTransient, NetworkError } from '@cups/desk/client';
import type { Application, Problem } from '@cups/desk/types';
import type { WriteRequest } from '@cups/desk/write-request';

/** The line of a simulated desk. It may be cut, and loses requests or their responses. */

/** How long a desk waits for a response, in ms. */
const RESPONSE_TIMEOUT_MS = 30_000;

/** How long a run tries what must succeed, in ms. */
const PATIENCE_MS = 60_000;

/**
 * Makes a call that belongs to no simulated clerk, such as the first sign-in and the reads after a run. A large fleet makes
 * more of them at once than a busy platform admits.
 * @throws what the call throws after a minute, and other errors than transient ones
 */
export async function withPatience<T>(call: () => Promise<T>): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isTransient(error) || performance.now() > end) throw error;
      const seconds = (error instanceof ApiError && error.retryAfter) || 1;
      await pause(seconds * 1_000);
    }
  }
}

export interface Contact {
  offlineGrant: string;
  serverTime: string;
}

interface LineOptions {
  /** URL of the gateway, without a path. */
  url: string;
  /** Such as `cu-001-specialist`. */
  operator: string;
  random: () => number;
  /** The loopback address of its centre, such as `127.0.1.7`. @default any */
  localAddress?: string | undefined;
}

export class SimulatedLine {
  readonly #options: LineOptions;
  readonly #cookies = new Map<string, string>();
  isUp = true;
  /** Share of requests that get lost, half of them after they took effect. */
  lossRate = 0;
  /** Whether the last request was answered. */
  isReachable = true;

  constructor(options: LineOptions) {
    this.#options = options;
  }

  /** operators/{id} */
  get operator(): string {
    return `operators/${this.#options.operator}`;
  }

  async signIn(): Promise<void> {
    const body = { provider: 'local', operator: this.#options.operator };
    await this.request<object>('post', '/api/v1/sessions', {}, body);
  }

  /** Sends one write. @throws ApiError, NetworkError */
  send({ method, path, headers, body }: WriteRequest): Promise<Application> {
    return this.request<Application>(method, path, headers, body);
  }

  /** Renews the offline grant. @throws ApiError, NetworkError */
  contact(device: string): Promise<Contact> {
    return this.request<Contact>('post', `/api/v1/devices/${device}/contact`, {}, {});
  }

  /** Returns the IDs of applications whose result can be handed over. @throws ApiError, NetworkError */
  async listReady(): Promise<string[]> {
    const { applications } = await this.request<{ applications: { id: string }[] }>(
      'get',
      '/api/v1/applications?state=ready&pageSize=200',
    );
    return applications.map(({ id }) => id);
  }

  /** @throws ApiError if the platform refuses, NetworkError without a response */
  async request<T>(method: string, path: string, headers: object = {}, body?: object): Promise<T> {
    const typed = { 'Content-Type': 'application/json', ...headers };
    const received = await this.#exchange(method, path, typed, body && JSON.stringify(body));
    return parse<T>(received.text);
  }

  /**
   * Makes a request about a scan (tus 1.0), whose response has no body.
   * @returns the headers of the response
   * @throws ApiError if the platform refuses, NetworkError without a response
   */
  async requestUpload(
    method: 'POST' | 'HEAD' | 'PATCH' | 'DELETE',
    path: string,
    headers: object,
    bytes?: Uint8Array,
  ): Promise<IncomingHttpHeaders> {
    const response = await this.#exchange(method, path, { 'Tus-Resumable': '1.0.0', ...headers }, bytes);
    return response.headers;
  }

  /** Sends a request over the line, which may lose it, or its response. */
  async #exchange(method: string, path: string, headers: object, body?: string | Uint8Array): Promise<OkResponse> {
    const { random } = this.#options;
    const luck = random();
    try {
      if (!this.isUp || luck < this.lossRate / 2) throw new NetworkError('the line is cut');
      const result = await this.#fetch(method, path, headers, body);
      // The request took effect, and its response is lost.
      if (!this.isUp || luck < this.lossRate) throw new NetworkError('the response is lost');
      this.isReachable = true;
      return result;
    } catch (error) {
      this.isReachable = error instanceof ApiError;
      throw error;
    }
  }

  async #fetch(method: string, path: string, headers: object, body?: string | Uint8Array): Promise<OkResponse> {
    const response = await this.#send(method, path, headers, body);
    for (const set of response.headers['set-cookie'] ?? []) this.#cookies.set(set.split('=')[0]!, set.split(';')[0]!);
    const content = await text(response).catch(() => {
      throw new NetworkError('the answer broke off');
    });
    const status = response.statusCode!;
    if (status < 300) return { headers: response.headers, text: content };
    const problem = content === '' ? problemWithoutBody(status) : parse<Problem>(content);
    throw new ApiError(problem, Number(response.headers['retry-after']) || undefined);
  }

  /** Sends a request from the address of the centre, which `fetch` cannot choose. @throws NetworkError */
  #send(method: string, path: string, headers: object, body?: string | Uint8Array): Promise<IncomingMessage> {
    const { url, localAddress } = this.#options;
    return new Promise((resolve, reject) => {
      const request = sendRequest(url + path, {
        method,
        headers: { Cookie: [...this.#cookies.values()].join('; '), ...headers },
        signal: AbortSignal.timeout(RESPONSE_TIMEOUT_MS),
        ...(localAddress === undefined ? {} : { localAddress }),
      });
      request.once('response', resolve);
      request.on('error', () => reject(new NetworkError('no answer')));
      request.end(body);
    });
  }
}

/** A response that is a success. */
interface OkResponse {
  headers: IncomingHttpHeaders;
  text: string;
}

/** @throws NetworkError for a broken response */
function parse<T>(content: string): T {
  try {
    return JSON.parse(content) as T;
  } catch {
    throw new NetworkError('the answer broke off');
  }
}

/**
 * The response to HEAD has no body: its status stands for the problem.
 * @throws NetworkError for a status after which the page asks again
 */
function problemWithoutBody(status: number): Problem {
  const reason = status === 401 ? 'UNAUTHENTICATED' : status === 404 || status === 410 ? 'NOT_FOUND' : undefined;
  if (reason === undefined) throw new NetworkError('no problem document');
  return { reason, status } as Problem;
}
