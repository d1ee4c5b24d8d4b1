import { readFileSync } from 'node:fs';
import type { ExternalServices } from './external-services.ts';

/** Files of an administrator's folder `mine` (docs/how-to/install.md) for the external services. */

const STORE_SERVICES = ['identity', 'intake', 'documents', 'agency-bridge', 'notifications', 'journal'];
/** Stores of wrapped data keys. */
const KEY_STORES = ['document-keys', 'identity-keys', 'intake-keys', 'notification-keys'];
/** Partitions of each topic: at least the maximum number of consumers. */
const PARTITIONS = 12;

/** Returns the files of `mine` except its values, by name: URIs, passwords, CA certificates. */
export function secretFiles({
  store,
  mail,
  secure,
}: Pick<ExternalServices, 'store' | 'mail' | 'secure'>): Record<string, string> {
  const authority = readFileSync(secure.caFile, 'utf8');
  const uris = [...STORE_SERVICES, ...KEY_STORES].map((name) => [
    `${name}-store.uri`,
    `mongodb://${store.host}:${store.port}`,
  ]);
  return {
    ...(Object.fromEntries(uris) as Record<string, string>),
    'kafka-admin.password': secure.admin.password,
    'kafka.crt': authority,
    'mongodb.crt': authority,
    // Unused: the test has no sign-in by MPass.
    'saml.key': 'none',
    'saml.crt': 'none',
    'idp.crt': 'none',
    'mail.url': `smtps://${mail.host}:${mail.port}`,
  };
}

/** Returns `mine/values.yaml` of a rehearsal, over k8s/env/rehearsal.yaml: addresses of Kafka, stores and mail server. */
export function rehearsalValues({
  kafka,
  store,
  mail,
  secure,
}: Pick<ExternalServices, 'kafka' | 'store' | 'mail' | 'secure'>): object {
  const peersOf = (host: string) => [{ ipBlock: { cidr: `${host}/32` } }];
  return {
    global: {
      kafka: { brokers: [`${kafka.host}:${kafka.port}`], peers: peersOf(kafka.host) },
      mongodb: { port: store.port, peers: peersOf(store.host) },
    },
    notifications: {
      mail: {
        existingSecret: 'mail',
        // All external services share one certificate.
        tls: { caConfigMap: 'authorities', key: 'kafka.crt' },
        peers: peersOf(mail.host),
        port: mail.port,
      },
    },
    topics: { partitions: PARTITIONS, kafka: { username: secure.admin.username } },
  };
}
