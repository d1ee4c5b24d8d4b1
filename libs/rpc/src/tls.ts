import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log, Metrics } from '@cups/contracts';
import { assertPrivateFile } from '@cups/contracts/node';
import { experimental } from '@grpc/grpc-js';
import type { ChannelCredentials, ServerCredentials } from '@grpc/grpc-js';
import { readCertificateInfo, parseServiceName, spiffeIdOf, TLS_FILES } from './certificate.ts';
import type { CertificateInfo, TlsFileContents } from './certificate.ts';
import type { ServiceName } from './context.ts';

/** Mutual TLS of one process. */
export interface Tls {
  /** Server credentials; clients need a certificate of a trusted authority. */
  server: ServerCredentials;
  /** Client credentials; the server must present the certificate of the called service. */
  channel: ChannelCredentials;
  /** Stops watching the files. */
  close(): void;
}

export interface TlsOptions {
  /** Folder with tls.crt, tls.key and ca.crt. */
  dir: string;
  service: ServiceName;
  log?: Log | undefined;
  metrics?: Metrics | undefined;
  /** Polling interval of the files. @default 1000 */
  pollIntervalMs?: number;
}

const POLL_INTERVAL_MS = 1000;
const MAX_RELOAD_FAILURES = 2;

/**
 * Opens the certificates of a service and watches their files. New connections use changes within two seconds,
 * without a restart, and connections are renewed about every 30 s. Files that are unreadable, do not match or belong
 * to another service leave the previous ones in use, which is logged and measured.
 * @throws Error, one sentence, if they are unusable at the start or others can read the key
 */
export function openTls(options: TlsOptions): Tls {
  assertPrivateFile(join(options.dir, 'tls.key'), `The key of the certificate of ${options.service}`);
  const folder = new CertificateWatcher(options);
  return {
    server: experimental.createCertificateProviderServerCredentials(folder, folder, true),
    channel: experimental.createCertificateProviderChannelCredentials(folder, folder, { checkServerIdentity }),
    close: () => folder.close(),
  };
}

/** @param name of the called service, which channels use instead of a host */
function checkServerIdentity(name: string, { subjectaltname }: { subjectaltname?: string }): Error | undefined {
  const service = parseServiceName(subjectaltname);
  if (service === name) return undefined;
  return new Error(`the certificate is of ${service ?? 'no service'} instead of ${name}`);
}

/**
 * Provides certificate files to grpc-js. Its own watcher drops the certificates if one file is unreadable, can
 * combine a key with another certificate during a change, and rebuilds everything at each poll.
 */
class CertificateWatcher implements experimental.CertificateProvider {
  readonly #options: TlsOptions;
  readonly #authorityListeners = new Set<experimental.CaCertificateUpdateListener>();
  readonly #ownListeners = new Set<experimental.IdentityCertificateUpdateListener>();
  readonly #pollTimer: NodeJS.Timeout;
  #texts: TlsFileContents;
  #certificate: CertificateInfo;
  /** Consecutive failed polls: a single one may have read files during a change. */
  #failures = 0;

  constructor(options: TlsOptions) {
    this.#options = options;
    try {
      this.#texts = readTlsFiles(options.dir);
      this.#certificate = this.#validate(this.#texts);
    } catch (cause) {
      const why = cause instanceof InvalidCertificateError ? ` ${cause.message}` : '';
      throw new Error(`The certificate of ${options.service} cannot be used in ${options.dir}.${why}`, { cause });
    }
    this.#registerMetrics();
    this.#pollTimer = setInterval(() => this.#reload(), options.pollIntervalMs ?? POLL_INTERVAL_MS).unref();
  }

  close(): void {
    clearInterval(this.#pollTimer);
  }

  addCaCertificateListener(listener: experimental.CaCertificateUpdateListener): void {
    this.#authorityListeners.add(listener);
    process.nextTick(() => listener(this.#authorityUpdate()));
  }

  removeCaCertificateListener(listener: experimental.CaCertificateUpdateListener): void {
    this.#authorityListeners.delete(listener);
  }

  addIdentityCertificateListener(listener: experimental.IdentityCertificateUpdateListener): void {
    this.#ownListeners.add(listener);
    process.nextTick(() => listener(this.#ownUpdate()));
  }

  removeIdentityCertificateListener(listener: experimental.IdentityCertificateUpdateListener): void {
    this.#ownListeners.delete(listener);
  }

  #authorityUpdate(): experimental.CaCertificateUpdate {
    return { caCertificate: Buffer.from(this.#texts['ca.crt']) };
  }

  #ownUpdate(): experimental.IdentityCertificateUpdate {
    return { certificate: Buffer.from(this.#texts['tls.crt']), privateKey: Buffer.from(this.#texts['tls.key']) };
  }

  #reload(): void {
    const { log, dir, service } = this.#options;
    try {
      this.#replace(readTlsFiles(dir));
      this.#failures = 0;
    } catch {
      this.#failures++;
      if (this.#failures !== MAX_RELOAD_FAILURES) return;
      log?.warn({ event: 'certificate-reload-failed', resource: spiffeIdOf(service), reason: 'unusable' });
    }
  }

  #replace(texts: TlsFileContents): void {
    if (TLS_FILES.every((file) => texts[file] === this.#texts[file])) return;
    this.#certificate = this.#validate(texts);
    this.#texts = texts;
    for (const listener of this.#authorityListeners) listener(this.#authorityUpdate());
    for (const listener of this.#ownListeners) listener(this.#ownUpdate());
    const { log, service } = this.#options;
    log?.info({
      event: 'certificate-reloaded',
      resource: spiffeIdOf(service),
      count: this.#certificate.authorityCount,
    });
  }

  /** @throws InvalidCertificateError */
  #validate(texts: TlsFileContents): CertificateInfo {
    const { service } = this.#options;
    let certified: CertificateInfo;
    try {
      certified = readCertificateInfo(texts);
    } catch (error) {
      throw new InvalidCertificateError((error as Error).message);
    }
    if (certified.service !== service)
      throw new InvalidCertificateError(`tls.crt is not the certificate of ${spiffeIdOf(service)}.`);
    return certified;
  }

  #registerMetrics(): void {
    const { metrics } = this.#options;
    const ends = 'Expiry of the certificate, in seconds since 1970.';
    metrics?.gauge('cups_certificate_expiry_timestamp_seconds', ends, ['certificate'], (gauge) => {
      const { expiresAt: own, authorityExpiresAt: authority } = this.#certificate;
      gauge.set({ certificate: 'service' }, own.getTime() / 1000);
      if (authority) gauge.set({ certificate: 'authority' }, authority.getTime() / 1000);
      else gauge.remove({ certificate: 'authority' });
    });
    metrics?.gauge('cups_certificate_reload_failed', '1 while the certificate files cannot be used.', [], (gauge) =>
      gauge.set(Number(this.#failures >= MAX_RELOAD_FAILURES)),
    );
  }
}

/** Says in one sentence why the files are unusable. */
class InvalidCertificateError extends Error {}

/** Reads the files at once: they are small, and handing them to threads costs six times as much. */
function readTlsFiles(dir: string): TlsFileContents {
  const read = (file: keyof TlsFileContents) => readFileSync(join(dir, file), 'utf8');
  return { 'tls.crt': read('tls.crt'), 'tls.key': read('tls.key'), 'ca.crt': read('ca.crt') };
}
