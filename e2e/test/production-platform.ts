import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { findFreePort } from '@cups/testing';
import { startPlatform } from '@cups/tools/platform';
import type { Platform, PlatformOptions } from '@cups/tools/platform';
import { Browser } from './browser.ts';
import type { ApiResponse, Page } from './browser.ts';
import { startTlsProxy } from './tls-proxy.ts';
import { startTcpProxy } from './tcp-proxy.ts';
import type { TcpProxy } from './tcp-proxy.ts';

/** A production platform: behind TLS, with MPass only, and without staff. */
export interface ProductionPlatform {
  platform: Platform;
  /** Origin for browsers. */
  origin: string;
  /** Origin of the identity provider for browsers. */
  idp: string;
  /** Proxy between identity and its store. */
  storeProxy: TcpProxy;
  /** Returns a person with their own browser, not signed in. */
  visitor(): Visitor;
  /** Disconnects the site of the identity provider. */
  disconnectProvider(): void;
  /** Runs `npm run cups -- staff` with the CLI's key and certificate. Returns its output and exit code. */
  operator(words: string[], input: string): Promise<string>;
  stop(): Promise<void>;
}

export type ProductionPlatformOptions = Required<
  Pick<PlatformOptions, 'dataDir' | 'prefix' | 'parts' | 'env' | 'envOf'>
>;
type RequestOptions = { body?: unknown; etag?: string };

/** How long identity's response about a session is valid here. */
const SESSION_CHECK_INTERVAL_MS = 500;

export async function startProductionPlatform({
  parts,
  env,
  envOf,
  ...options
}: ProductionPlatformOptions): Promise<ProductionPlatform> {
  const [desk, idp] = [await startTlsProxy('cups.test'), await startTlsProxy('mpass.test')];
  const line = await startTcpProxy(Number(new URL(parts.mongoUri).port));
  const store = new URL(parts.mongoUri);
  store.port = String(line.port);
  const idpPort = await findFreePort();
  const platform = await startPlatform({
    ...options,
    parts,
    port: 0,
    testIdp: { port: idpPort, url: idp.origin },
    env: { ...env, CUPS_ENV: 'production', PUBLIC_ORIGIN: desk.origin, TRUST_PROXY: '1' },
    envOf: {
      ...envOf,
      gateway: {
        ...envOf.gateway,
        SESSION_CHECK_INTERVAL_MS: String(SESSION_CHECK_INTERVAL_MS),
        GATEWAY_HOST: '127.0.0.1',
      },
      identity: { ...envOf.identity, IDENTITY_PROVIDERS: 'mpass', MONGODB_URI: store.href },
    },
  });
  desk.forwardTo(Number(new URL(platform.url).port));
  idp.forwardTo(idpPort);
  return {
    platform,
    origin: desk.origin,
    idp: idp.origin,
    storeProxy: line,
    visitor: () => new Visitor(new Browser([desk.certificate, idp.certificate]), desk.origin),
    disconnectProvider: () => idp.forwardTo(undefined),
    operator: (words, input) => runOperatorTool(platform, join(options.dataDir, 'keys'), words, input),
    async stop() {
      await platform.stop();
      await Promise.all([desk.close(), idp.close(), line.close()]);
    },
  };
}

/** A person with a browser. */
export class Visitor {
  readonly browser: Browser;
  readonly #origin: string;

  constructor(browser: Browser, origin: string) {
    this.browser = browser;
    this.#origin = origin;
  }

  /**
   * Signs in at MPass with a number, with a second factor by default.
   * @returns the final page
   */
  async signIn(number: string, more: { weak?: boolean; centre?: string } = {}): Promise<Page> {
    const query = new URLSearchParams({ returnTo: '/', ...(more.centre && { centre: more.centre }) });
    const page = await this.browser.open(`${this.#origin}/auth/mpass/start?${query}`);
    // An existing sign-in there returns without a prompt.
    if (page.url.startsWith(this.#origin)) return page;
    return this.browser.submit(page, { person: '', typed: number, ...(more.weak ? {} : { strong: 'yes' }) });
  }

  /** Returns another person with the stolen cookies. */
  copyBrowser(): Visitor {
    return new Visitor(this.browser.copy(), this.#origin);
  }

  /** Sends an authorised request of the page. @throws Error with the response if it is rejected */
  async request<T>(method: string, path: string, options: RequestOptions = {}): Promise<ApiResponse<T>> {
    const response = await this.browser.call<T>(this.#origin, method, path, options);
    if (response.status < 300) return response;
    throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(response.body)}`);
  }

  /** Returns the status of a response, and the reason of an error. */
  async outcome(method: string, path: string, body?: unknown): Promise<string> {
    const answer = await this.browser.call<{ reason?: string }>(this.#origin, method, path, { body });
    return `${answer.status} ${answer.body.reason ?? ''}`.trim();
  }
}

async function runOperatorTool(platform: Platform, keys: string, words: string[], input: string): Promise<string> {
  const env = {
    KEYS_DIR: keys,
    GRPC_TLS_DIR: join(keys, 'tls/ops'),
    IDENTITY_ADDRESS: platform.addresses()['identity']!,
  };
  const { output, code } = await runTool('staff', words, env, input);
  return `${output.trim()} (${code})`;
}

/** Runs `cups <tool>` with this environment only. Returns its output and exit code. */
export function runTool(tool: string, words: string[], env: Record<string, string>, input = '') {
  const script = join(import.meta.dirname, '../../tools/cli/cups.ts');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, tool, ...words], { env });
  let output = '';
  for (const out of [child.stdout, child.stderr]) out.on('data', (data) => (output += data));
  child.stdin.end(input);
  return new Promise<{ output: string; code: number | null }>((resolve) =>
    child.once('close', (code) => resolve({ output, code })),
  );
}
