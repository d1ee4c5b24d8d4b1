import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log, Metrics } from '@cups/contracts';
import { assertPrivateFile } from '@cups/contracts/node';
import { experimental } from '@grpc/grpc-js';
import type { ChannelCredentials, ServerCredentials } from '@grpc/grpc-js';
import { readCertificateInfo, parseServiceName, spiffeIdOf, TLS_FILES } from './certificate.ts';
import type { CertificateInfo, TlsFileContents } from './certificate.ts';
import type { ServiceName } from './context.ts';

/** Mutual TLS of one process: by which it is known, and by which it knows others. */
export interface Tls {
  /** For its server: who shows no certificate of an authority that counts gets no connection. */
  server: ServerCredentials;
  /** For its channels: whoever answers must show the certificate of the service that is meant. */
  channel: ChannelCredentials;
  /** No further looks at the files. */
  close(): void;
}

export interface TlsOptions {
  /** Folder with tls.crt, tls.key and ca.crt. */
  dir: string;
  service: ServiceName;
  log?: Log | undefined;
  metrics?: Metrics | undefined;
  /** How often the files are looked at. @default 1000 */
  pollIntervalMs?: number;
}

const POLL_INTERVAL_MS = 1000;
const MAX_RELOAD_FAILURES = 2;

/**
 * Opens the certificates of a service and follows their files: what changes counts for new connections within a second or two, without
 * a restart, and no connection lives much longer than half a minute. Files that cannot be read, do not belong together or are another's
 * leave in use what was good before, in the log and in the metrics.
 * @throws Error, one sentence, when they cannot be used at the start, or the key lies open
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

/** @param name of the service that is called: channels name it in the place of a host */
function checkServerIdentity(name: string, { subjectaltname }: { subjectaltname?: string }): Error | undefined {
  const service = parseServiceName(subjectaltname);
  if (service === name) return undefined;
  return new Error(`the certificate is not that of ${name}, but of ${service ?? 'nobody here'}`);
}

/**
 * Files of certificates as grpc-js asks for them. Its own watcher drops what it had as soon as one file cannot be read, takes a key for
 * a certificate that is another's while both are being written, and makes everything anew at each look.
 */
class CertificateWatcher implements experimental.CertificateProvider {
  readonly #options: TlsOptions;
  readonly #authorityListeners = new Set<experimental.CaCertificateUpdateListener>();
  readonly #ownListeners = new Set<experimental.IdentityCertificateUpdateListener>();
  readonly #pollTimer: NodeJS.Timeout;
  #texts: TlsFileContents;
  #certificate: CertificateInfo;
  /** Looks in a row that found nothing usable: one alone may have met files that are being changed. */
  #failures = 0;

  constructor(options: TlsOptions) {
    this.#options = options;
    try {
      this.#texts = readTlsFiles((file) => readFileSync(join(options.dir, file), 'utf8'));
      this.#certificate = this.#validate(this.#texts);
    } catch (cause) {
      const why = cause instanceof InvalidCertificateError ? ` ${cause.message}` : '';
      throw new Error(`The certificate of ${options.service} cannot be used in ${options.dir}.${why}`, { cause });
    }
    this.#registerMetrics();
    this.#pollTimer = setInterval(() => void this.#reload(), options.pollIntervalMs ?? POLL_INTERVAL_MS).unref();
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

  async #reload(): Promise<void> {
    const { log, dir, service } = this.#options;
    try {
      const read = await Promise.all(TLS_FILES.map((file) => readFile(join(dir, file), 'utf8')));
      this.#replace(readTlsFiles((file) => read[TLS_FILES.indexOf(file)]!));
      this.#failures = 0;
    } catch {
      this.#failures++;
      if (this.#failures !== MAX_RELOAD_FAILURES) return;
      log?.warn({ event: 'certificate-in-doubt', resource: spiffeIdOf(service), reason: 'unusable' });
    }
  }

  #replace(texts: TlsFileContents): void {
    if (TLS_FILES.every((file) => texts[file] === this.#texts[file])) return;
    this.#certificate = this.#validate(texts);
    this.#texts = texts;
    for (const listener of this.#authorityListeners) listener(this.#authorityUpdate());
    for (const listener of this.#ownListeners) listener(this.#ownUpdate());
    const { log, service } = this.#options;
    log?.info({ event: 'certificate-taken', resource: spiffeIdOf(service), count: this.#certificate.authorityCount });
  }

  /** @throws Refused when they cannot be used */
  #validate(texts: TlsFileContents): CertificateInfo {
    const { service } = this.#options;
    let certified: CertificateInfo;
    try {
      certified = readCertificateInfo(texts);
    } catch (error) {
      throw new InvalidCertificateError((error as Error).message);
    }
    if (certified.service !== service)
      throw new InvalidCertificateError(`tls.crt is not that of ${spiffeIdOf(service)}.`);
    return certified;
  }

  #registerMetrics(): void {
    const { metrics } = this.#options;
    const ends = 'When a certificate is no longer good: seconds since 1970.';
    metrics?.gauge('cups_certificate_end_seconds', ends, ['of'], (gauge) => {
      const { expiresAt: own, authorityExpiresAt: authority } = this.#certificate;
      gauge.set({ of: 'service' }, own.getTime() / 1000);
      if (authority) gauge.set({ of: 'authority' }, authority.getTime() / 1000);
      else gauge.remove({ of: 'authority' });
    });
    metrics?.gauge('cups_certificate_in_doubt', 'Whether files of certificates cannot be used now.', [], (gauge) =>
      gauge.set(Number(this.#failures >= MAX_RELOAD_FAILURES)),
    );
  }
}

/** A sentence that says why files cannot be used. */
class InvalidCertificateError extends Error {}

const readTlsFiles = (read: (file: keyof TlsFileContents) => string): TlsFileContents => ({
  'tls.crt': read('tls.crt'),
  'tls.key': read('tls.key'),
  'ca.crt': read('ca.crt'),
});
