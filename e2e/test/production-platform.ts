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

/** The platform as a ministry runs it: in production, behind TLS, with MPass alone, and nobody in it. */
export interface ProductionPlatform {
  platform: Platform;
  /** Where browsers find it. */
  origin: string;
  /** Where browsers find the identity provider. */
  idp: string;
  /** Between identity and its store. */
  storeProxy: TcpProxy;
  /** Somebody with a browser of their own, who is not signed in. */
  visitor(): Visitor;
  /** From then on nobody comes to the site of the identity provider. */
  disconnectProvider(): void;
  /** `npm run operator`, as somebody with the tool's key and certificate runs it: what it says, and its code. */
  operator(words: string[], input: string): Promise<string>;
  stop(): Promise<void>;
}

export type ProductionPlatformOptions = Required<
  Pick<PlatformOptions, 'dataDir' | 'prefix' | 'parts' | 'env' | 'envOf'>
>;
type RequestOptions = { body?: unknown; etag?: string };

/** How long identity's word on a session holds here. */
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
      gateway: { ...envOf.gateway, SESSION_CHECK_MS: String(SESSION_CHECK_INTERVAL_MS), GATEWAY_HOST: '127.0.0.1' },
      identity: { ...envOf.identity, CUPS_IDENTITY_PROVIDERS: 'mpass', MONGODB_URI: store.href },
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

/** Somebody at a browser. */
export class Visitor {
  readonly browser: Browser;
  readonly #origin: string;

  constructor(browser: Browser, origin: string) {
    this.browser = browser;
    this.#origin = origin;
  }

  /**
   * Signs in at MPass with a number, and with a second factor unless not.
   * @returns the page where it ends
   */
  async signIn(number: string, more: { weak?: boolean; centre?: string } = {}): Promise<Page> {
    const query = new URLSearchParams({ returnTo: '/', ...(more.centre && { centre: more.centre }) });
    const asked = await this.browser.open(`${this.#origin}/auth/mpass/start?${query}`);
    // Whoever is signed in there comes back without being asked.
    if (asked.url.startsWith(this.#origin)) return asked;
    return this.browser.submit(asked, { person: '', typed: number, ...(more.weak ? {} : { strong: 'yes' }) });
  }

  /** Somebody else who has got hold of the cookies. */
  copyBrowser(): Visitor {
    return new Visitor(this.browser.copy(), this.#origin);
  }

  /** What the page asks for somebody who may. @throws Error with the answer where it is refused */
  async request<T>(method: string, path: string, given: RequestOptions = {}): Promise<ApiResponse<T>> {
    const answer = await this.browser.call<T>(this.#origin, method, path, given);
    if (answer.status < 300) return answer;
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }

  /** The status of an answer, and the reason where it is a refusal. */
  async outcome(method: string, path: string, body?: unknown): Promise<string> {
    const answer = await this.browser.call<{ reason?: string }>(this.#origin, method, path, { body });
    return `${answer.status} ${answer.body.reason ?? ''}`.trim();
  }
}

async function runOperatorTool(platform: Platform, keys: string, words: string[], input: string): Promise<string> {
  const env = {
    CUPS_KEYS: keys,
    GRPC_TLS_DIR: join(keys, 'tls/operator'),
    IDENTITY_ADDRESS: platform.addresses()['identity']!,
  };
  const { said, code } = await runTool('operator', words, env, input);
  return `${said.trim()} (${code})`;
}

/** `npm run <tool>`, with this environment alone: what it says, and its code. */
export function runTool(tool: string, words: string[], env: Record<string, string>, input = '') {
  const script = join(import.meta.dirname, '../../tools', `${tool}.ts`);
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...words], { env });
  let said = '';
  for (const out of [child.stdout, child.stderr]) out.on('data', (data) => (said += data));
  child.stdin.end(input);
  return new Promise<{ said: string; code: number | null }>((resolve) =>
    child.once('close', (code) => resolve({ said, code })),
  );
}
