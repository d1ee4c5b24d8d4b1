import { readFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { join } from 'node:path';
import { fileOf } from './key-store.ts';
import type { KeyItem, KeyStore } from './key-store.ts';

/** Access to the API of a cluster. */
export interface ClusterAccess {
  url: string;
  namespace: string;
  /** Token of a service account; none through `kubectl proxy`. */
  token?: string;
  /** CA certificate of the cluster. */
  ca?: string;
}

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const TIMEOUT_MS = 10_000;

/** Reads a pod's access to its own cluster. @throws Error outside a pod, or without a token */
export function readPodAccess(): ClusterAccess {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
  if (!host || !port) throw new Error('Not in a pod: name a folder with --dir, or an API server with --api.');
  const read = (file: string) => readFileSync(join(ACCOUNT, file), 'utf8').trim();
  try {
    const authority = host.includes(':') ? `[${host}]` : host;
    const url = `https://${authority}:${port}`;
    return { url, namespace: read('namespace'), token: read('token'), ca: read('ca.crt') };
  } catch {
    throw new Error(`The pod has no service account token in ${ACCOUNT}.`);
  }
}

/**
 * Keys in a cluster, with a common name prefix. Secrets: `<prefix>-key-<service>` of each service (with its key sets),
 * `<prefix>-next-keys`, `<prefix>-request-secret`, `<prefix>-person-hash`, `<prefix>-tls-<service>` of each service with its
 * certificate, `<prefix>-kafka-<user>` of each Kafka user, and `<prefix>-authority` and `<prefix>-next-authority`, which no
 * service pod mounts. ConfigMap: `<prefix>-public-keys`. A pod mounts its own Secret and the ConfigMap as one folder.
 * Every call @throws Error, one sentence, when the API server refuses or is unavailable.
 */
export function openClusterKeyStore(access: ClusterAccess, prefix: string): KeyStore {
  const api = createApi(access);

  const objectOf = (item: KeyItem) => {
    switch (item.kind) {
      case 'private':
      case 'set':
        return { kind: 'Secret', name: `${prefix}-key-${item.service}` };
      case 'shared-set':
        return { kind: 'Secret', name: `${prefix}-${item.name}` };
      case 'next':
        return { kind: 'Secret', name: `${prefix}-next-keys` };
      case 'public':
        return { kind: 'ConfigMap', name: `${prefix}-public-keys` };
      case 'secret':
        return { kind: 'Secret', name: `${prefix}-request-secret` };
      case 'kafka':
        return { kind: 'Secret', name: `${prefix}-kafka-${item.user.replace(/^kafka-/, '')}` };
      case 'tls':
        return { kind: 'Secret', name: `${prefix}-tls-${item.service}` };
      case 'authority':
      case 'next-authority':
        return { kind: 'Secret', name: `${prefix}-${item.kind}` };
    }
  };
  const pathOf = (kind: string) => `/api/v1/namespaces/${access.namespace}/${kind.toLowerCase()}s`;
  const encoded = (kind: string, text: string) => (kind === 'Secret' ? Buffer.from(text).toString('base64') : text);
  const patch = (item: KeyItem, data: Record<string, string | null>) => {
    const { kind, name } = objectOf(item);
    return api('PATCH', `${pathOf(kind)}/${name}`, { data });
  };
  const writeTogether = async (entries: readonly (readonly [KeyItem, string])[]): Promise<void> => {
    const [first] = entries[0]!;
    const { kind, name } = objectOf(first);
    const data = Object.fromEntries(entries.map(([item, text]) => [fileOf(item), encoded(kind, text)]));
    if (await patch(first, data)) return;
    const metadata = { name, labels: { 'app.kubernetes.io/part-of': 'cups', 'app.kubernetes.io/component': 'keys' } };
    await api('POST', pathOf(kind), { apiVersion: 'v1', kind, metadata, data });
  };

  return {
    async read(item) {
      const { kind, name } = objectOf(item);
      const found = await api('GET', `${pathOf(kind)}/${name}`);
      const value = found?.data?.[fileOf(item)];
      if (value === undefined || kind === 'ConfigMap') return value;
      return Buffer.from(value, 'base64').toString('utf8');
    },
    write: (item, text) => writeTogether([[item, text]]),
    writeTogether,
    async remove(item) {
      await patch(item, { [fileOf(item)]: null });
    },
    hosts: (service) =>
      ['', `.${access.namespace}`, `.${access.namespace}.svc`, `.${access.namespace}.svc.cluster.local`].map(
        (domain) => service + domain,
      ),
  };
}

interface StoredObject {
  data?: Record<string, string>;
}

/** Calls the API server. A missing object is undefined. */
function createApi({ url, token, ca }: ClusterAccess) {
  return async (method: string, path: string, body?: object): Promise<StoredObject | undefined> => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const headers: Record<string, string> = { accept: 'application/json', 'content-type': type };
    if (token) headers['authorization'] = `Bearer ${token}`;
    const { status, text } = await call(new URL(path, url), { method, headers, ca, body: JSON.stringify(body) });
    if (status === 404) return undefined;
    // The error names the account and the object, and no content.
    if (status >= 300) throw new Error(`${method} ${path} was refused with ${status}: ${parseReason(text)}`);
    return JSON.parse(text) as StoredObject;
  };
}

interface ApiCall {
  method: string;
  headers: Record<string, string>;
  ca: string | undefined;
  body: string | undefined;
}

function call(url: URL, { method, headers, ca, body }: ApiCall): Promise<{ status: number; text: string }> {
  const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) =>
      reject(new Error(`The API server at ${url.origin} does not respond: ${error.code ?? error.message}.`));
    const request = send(url, { method, headers, ca, timeout: TIMEOUT_MS }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', fail);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() }));
    });
    request.on('error', fail);
    request.on('timeout', () => request.destroy(new Error('timeout')));
    request.end(body);
  });
}

function parseReason(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? 'no reason given';
  } catch {
    return 'no reason given';
  }
}
