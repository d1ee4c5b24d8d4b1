import { randomUUID } from 'node:crypto';
import { request } from 'node:https';
import type { IncomingHttpHeaders, RequestOptions } from 'node:http';

/**
 * A headless browser. It stores cookies, follows redirects, and posts self-submitting forms within the page's
 * form-action policy.
 */

/** A displayed page. */
export interface Page {
  url: string;
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export interface ApiResponse<T> {
  status: number;
  headers: IncomingHttpHeaders;
  body: T;
}

interface Cookie {
  value: string;
  secure: boolean;
  sameSite: string;
}

interface Navigation {
  method: 'GET' | 'POST';
  url: URL;
  /** The referring page; undefined for a typed address. */
  from?: Page | undefined;
  body?: string;
}

const MAX_NAVIGATIONS = 12;
const FORM_CONTENT_TYPE = 'application/x-www-form-urlencoded';

export class Browser {
  readonly #ca: string[];
  /** By host, because cookies ignore ports. */
  readonly #jar = new Map<string, Map<string, Cookie>>();

  /** @param ca trusted certificates of hosts on this machine */
  constructor(ca: string[]) {
    this.#ca = ca;
  }

  /** Opens a URL. Resolves with the final page. */
  open(url: string): Promise<Page> {
    return this.#go({ method: 'GET', url: new URL(url) });
  }

  /** Fills in and submits the form of a page. */
  submit(page: Page, values: Record<string, string>): Promise<Page> {
    const { action, fields } = parseForm(page)!;
    const body = new URLSearchParams({ ...fields, ...values }).toString();
    return this.#go({ method: 'POST', url: new URL(action, page.url), from: page, body });
  }

  /** Sends a script request of a page to its own site. Resolves for error responses too. */
  async call<T>(origin: string, method: string, path: string, given: { body?: unknown; etag?: string } = {}) {
    const url = new URL(`/api/v1${path}`, origin);
    const headers: Record<string, string> = { accept: 'application/json', 'sec-fetch-site': 'same-origin' };
    if (method !== 'GET') Object.assign(headers, { origin, 'idempotency-key': randomUUID() });
    if (given.etag !== undefined) headers['if-match'] = given.etag;
    const body = given.body === undefined ? undefined : JSON.stringify(given.body);
    if (body !== undefined) headers['content-type'] = 'application/json';
    const answer = await this.#send({ method, url, headers, body, isCrossSite: false });
    const isJson = answer.headers['content-type']?.includes('json');
    const found: ApiResponse<T> = { ...answer, body: (isJson ? JSON.parse(answer.text) : answer.text) as T };
    return found;
  }

  /** Returns another browser with stolen cookies. */
  copy(): Browser {
    const other = new Browser(this.#ca);
    for (const [host, cookies] of this.#jar) other.#jar.set(host, new Map(cookies));
    return other;
  }

  /** Returns the cookies of a site, by name. */
  cookies(origin: string): string[] {
    return [...(this.#jar.get(new URL(origin).hostname)?.keys() ?? [])];
  }

  async #go(first: Navigation): Promise<Page> {
    let step = first;
    for (let steps = 0; steps < MAX_NAVIGATIONS; steps += 1) {
      const page = await this.#load(step);
      const next = this.#next(page, step);
      if (!next) return page;
      step = next;
    }
    throw new Error(`${first.url.origin} redirects in a loop.`);
  }

  async #load({ method, url, from, body }: Navigation): Promise<Page> {
    const isCrossSite = from !== undefined && new URL(from.url).hostname !== url.hostname;
    const site = from === undefined ? 'none' : isCrossSite ? 'cross-site' : 'same-origin';
    const headers: Record<string, string> = { 'sec-fetch-site': site, 'sec-fetch-dest': 'document' };
    if (method === 'POST')
      Object.assign(headers, { origin: new URL(from!.url).origin, 'content-type': FORM_CONTENT_TYPE });
    if (from) assertFormAllowed(from, method, url);
    return { url: url.href, ...(await this.#send({ method, url, headers, body, isCrossSite })) };
  }

  /** Returns the automatic navigation of a page: a redirect or a self-submitting form. */
  #next(page: Page, { from }: Navigation): Navigation | undefined {
    const { location } = page.headers;
    if (page.status === 303 && location !== undefined) {
      return { method: 'GET', url: new URL(location, page.url), from: from && { ...from, headers: {} } };
    }
    const form = parseForm(page);
    if (!form || !page.text.includes('<script')) return undefined;
    const body = new URLSearchParams(form.fields).toString();
    return { method: 'POST', url: new URL(form.action, page.url), from: page, body };
  }

  async #send(outgoing: {
    method: string;
    url: URL;
    headers: Record<string, string>;
    body: string | undefined;
    isCrossSite: boolean;
  }): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
    const { method, url, body, isCrossSite } = outgoing;
    const jar = this.#jar.get(url.hostname) ?? new Map<string, Cookie>();
    this.#jar.set(url.hostname, jar);
    const isSent = ({ sameSite }: Cookie) =>
      !isCrossSite || sameSite === 'none' || (sameSite === 'lax' && method === 'GET');
    const sent = [...jar].filter(([, cookie]) => isSent(cookie)).map(([name, { value }]) => `${name}=${value}`);
    const headers = Object.assign({}, outgoing.headers, sent.length > 0 ? { cookie: sent.join('; ') } : {});
    const answer = await exchange({ method, headers, ca: this.#ca, servername: url.hostname }, url, body);
    for (const set of answer.headers['set-cookie'] ?? []) storeCookie(jar, set);
    return answer;
  }
}

function exchange(options: RequestOptions & { ca: string[]; servername: string }, url: URL, body: string | undefined) {
  return new Promise<{ status: number; headers: IncomingHttpHeaders; text: string }>((resolve, reject) => {
    const { hostname: host, port, pathname, search } = url;
    const localhost = { address: '127.0.0.1', family: 4 } as const;
    const outgoing = request(
      // Hosts of the tests resolve to this machine.
      { ...options, host, port, path: pathname + search, lookup: (_host, _options, found) => found(null, [localhost]) },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('error', reject);
        answer.on('end', () => {
          const text = Buffer.concat(parts).toString('utf8');
          resolve({ status: answer.statusCode!, headers: answer.headers, text });
        });
      },
    );
    outgoing.setTimeout(20_000, () => outgoing.destroy(new Error(`${url.origin} does not respond`)));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Stores or deletes a cookie. @throws Error for a cookie that browsers reject */
function storeCookie(jar: Map<string, Cookie>, set: string): void {
  const [pair = '', ...flags] = set.split('; ');
  const name = pair.slice(0, pair.indexOf('='));
  const has = (flag: string) => flags.some((one) => one.toLowerCase() === flag);
  const sameSite =
    flags
      .find((flag) => /^samesite=/i.test(flag))
      ?.slice(9)
      .toLowerCase() ?? 'lax';
  const isHosts = has('secure') && has('path=/') && !flags.some((flag) => /^domain=/i.test(flag));
  if (name.startsWith('__Host-') && !isHosts) throw new Error(`A browser rejects ${set}`);
  if (sameSite === 'none' && !has('secure')) throw new Error(`A browser rejects ${set}`);
  const isGone = flags.some((flag) => flag.toLowerCase() === 'max-age=0');
  if (isGone) jar.delete(name);
  else jar.set(name, { value: pair.slice(name.length + 1), secure: has('secure'), sameSite });
}

/** @throws Error when the page's policy forbids the form's target */
function assertFormAllowed({ headers }: Page, method: string, url: URL): void {
  const policy = String(headers['content-security-policy'] ?? '');
  const allowed = /form-action ([^;]+)/.exec(policy)?.[1]?.split(' ');
  if (method === 'POST' && allowed && !allowed.includes(url.origin)) {
    throw new Error(`${url.origin} is not allowed by ${allowed.join(' ')}`);
  }
}

/** Returns the first form of a page, with its hidden fields. */
function parseForm({ text }: Page): { action: string; fields: Record<string, string> } | undefined {
  const action = /<form method="post" action="([^"]*)"/.exec(text)?.[1];
  if (action === undefined) return undefined;
  const hidden = text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
  return {
    action: decodeEntities(action),
    fields: Object.fromEntries([...hidden].map(([, name, value]) => [name, decodeEntities(value!)])),
  };
}

function decodeEntities(text: string): string {
  const entities: Record<string, string> = { quot: '"', lt: '<', gt: '>', amp: '&', '#39': "'" };
  return text.replaceAll(/&(quot|lt|gt|amp|#39);/g, (_all, name: string) => entities[name]!);
}
