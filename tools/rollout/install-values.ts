import { readFileSync } from 'node:fs';
import type { ExternalServices } from './external-services.ts';

/** What an operator has in the folder `mine` (docs/how-to/install.md) for what stands beside the cluster. */

const STORE_SERVICES = ['identity', 'intake', 'agency-bridge', 'notifications'];
/** Partitions of each topic: more than consumers will ever be. */
const PARTITIONS = 12;

/** The files of `mine` but its values, by name: URIs, passwords, authorities. */
export function secretFiles({
  store,
  mail,
  secure,
}: Pick<ExternalServices, 'store' | 'mail' | 'secure'>): Record<string, string> {
  const authority = readFileSync(secure.caFile, 'utf8');
  const uris = STORE_SERVICES.map((name) => [`${name}-store.uri`, `mongodb://${store.host}:${store.port}`]);
  return {
    ...(Object.fromEntries(uris) as Record<string, string>),
    'kafka-admin.password': secure.admin.password,
    'kafka.crt': authority,
    'mongodb.crt': authority,
    // Nobody signs in by MPass here; what it is given is not looked at.
    'saml.key': 'none',
    'saml.crt': 'none',
    'idp.crt': 'none',
    'mail.url': `smtps://${mail.host}:${mail.port}`,
  };
}

/** `mine/values.yaml` of a rehearsal, over k8s/env/rehearsal.yaml: where Kafka, the stores and the mail server are. */
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
        // What stands beside the cluster has one certificate.
        tls: { caConfigMap: 'authorities', key: 'kafka.crt' },
        peers: peersOf(mail.host),
        port: mail.port,
      },
    },
    topics: { partitions: PARTITIONS, kafka: { username: secure.admin.username } },
  };
}
