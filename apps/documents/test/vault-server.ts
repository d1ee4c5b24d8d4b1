import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { createAuthority, issueCertificate } from '@cups/rpc/authority';
import { eventually, findFreePort } from '@cups/testing';
import { commandOf } from '@cups/testing/programs';

/**
 * A real Vault with TLS and a storage in a folder. Vault has the Business Source License 1.1, which allows this use; the
 * project does not ship it.
 */
export class VaultServer {
  readonly address: string;
  /** CA certificates (PEM). */
  readonly ca: string;
  root = '';
  readonly #config: string;
  #unsealKey = '';
  #process: ChildProcess | undefined;

  private constructor(address: string, ca: string, config: string) {
    this.address = address;
    this.ca = ca;
    this.#config = config;
  }

  /** Starts, initialises and unseals a Vault. */
  static async create(folder: string): Promise<VaultServer> {
    const validity = { now: Date.now(), days: 2 };
    const authority = await createAuthority(validity);
    const { certificate, key } = await issueCertificate(authority, 'vault', validity, ['localhost']);
    const at = (name: string) => join(folder, name);
    mkdirSync(at('vault'), { recursive: true });
    writeFileSync(at('vault.crt'), certificate);
    writeFileSync(at('vault.key'), key, { mode: 0o600 });
    const port = await findFreePort();
    const lines = [
      'disable_mlock = true',
      `api_addr = "https://localhost:${port}"`,
      `storage "file" { path = "${at('vault')}" }`,
      `listener "tcp" {\n address = "127.0.0.1:${port}"\n tls_cert_file = "${at('vault.crt')}"\n tls_key_file = "${at('vault.key')}"\n}`,
    ];
    writeFileSync(at('vault.hcl'), lines.join('\n'));
    const server = new VaultServer(`https://localhost:${port}`, authority.certificate, at('vault.hcl'));
    await server.#run();
    const { keys, root_token: root } = await server.call('sys/init', { secret_shares: 1, secret_threshold: 1 });
    server.root = root as string;
    server.#unsealKey = (keys as string[])[0]!;
    await server.unseal();
    return server;
  }

  /** Starts the process again; it is sealed then. */
  async #run(): Promise<void> {
    this.#process = spawn(commandOf('vault'), ['server', `-config=${this.#config}`], { stdio: 'ignore', env: {} });
    await eventually(async () => (await this.#send('GET', 'sys/seal-status', undefined, '')).status === 200, {
      timeoutMs: 60_000,
    });
  }

  async restart(): Promise<void> {
    await this.#run();
    await this.unseal();
  }

  async unseal(): Promise<void> {
    await this.call('sys/unseal', { key: this.#unsealKey });
    await eventually(async () => (await this.#send('GET', 'sys/health', undefined, '')).status === 200, {
      timeoutMs: 30_000,
    });
  }

  async stop(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    running.kill('SIGKILL');
    await once(running, 'exit');
  }

  /** Calls the HTTP API. @throws Error if it refuses */
  async call(path: string, body: object = {}, token = this.root): Promise<Record<string, unknown>> {
    const { status, text } = await this.#send('POST', path, JSON.stringify(body), token);
    if (status >= 300) throw new Error(`Vault refused ${path}: ${status} ${text}`);
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  }

  #send(method: string, path: string, body: string | undefined, token: string) {
    const headers = token === '' ? {} : { 'x-vault-token': token };
    return new Promise<{ status: number; text: string }>((resolve, reject) => {
      const sent = request(`${this.address}/v1/${path}`, { method, headers, ca: this.ca }, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => (text += part));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }
}
