import { join } from 'node:path';
import { buildPrincipals, resolveQuota, buildAgencyTopics, agencyUserName } from '@cups/events';
import type { Quota, AclRule } from '@cups/events';
import type { Agency } from '@cups/registry';
import { CLIENTS } from './clients.ts';
import type { ClientConnection } from './clients.ts';
import type { KafkaConnection } from './connect.ts';

/** Kafka resources that follow from an agency file, as data and as text. */

export interface AgencyResources {
  topics: string[];
  user: string;
  rights: string[];
  quota: Quota;
  /** File of the password; undefined where it is unknown. */
  passwordFile: string | undefined;
  caFile: string | undefined;
  group: string;
}

const DAY_MS = 86_400_000;

const formatRight = ({ resource, name, pattern, operation }: AclRule): string =>
  `${operation} ${resource} ${name}${pattern === 'prefixed' ? '*' : ''}`;

/** Derives all resources from the file. Pure. */
export function deriveResources(
  code: string,
  changedQuota: Agency['quota'],
  reached: KafkaConnection | undefined,
): AgencyResources {
  const prefix = reached?.prefix ?? '';
  const user = prefix + agencyUserName(code);
  const principals = buildPrincipals(prefix, { agencies: [code], simulated: [] });
  const topics = buildAgencyTopics(prefix, code, 1).map(
    ({ name, config }) => `${name} (kept ${Number(config['retention.ms']) / DAY_MS} days)`,
  );
  return {
    topics,
    user,
    rights: principals.find((one) => one.user === user)!.rights.map(formatRight),
    quota: resolveQuota(changedQuota),
    passwordFile: reached?.usersDir && join(reached.usersDir, user),
    caFile: reached?.caFile,
    group: `${prefix}${code}.main`,
  };
}

const simulatorText = (reached: KafkaConnection | undefined): string =>
  reached && !reached.isLocal
    ? 'simulator: according to SIMULATOR_TOPICS and SIMULATOR_AGENCIES of the topics job'
    : 'simulator: replies for every agency of a local platform';

/** Formats the resources, each line with a sign, as in a diff. */
export function formatResources(derived: AgencyResources, reached: KafkaConnection | undefined, sign = ' '): string {
  const { topics, user, rights, quota, passwordFile } = derived;
  const lines = [
    ...topics.map((topic) => `topic ${topic}`),
    `user ${user}`,
    ...rights.map((right) => `  ${right}`),
    `  quota: writes ${quota.producerBytesPerSecond} B/s, reads ${quota.consumerBytesPerSecond} B/s, ${quota.requestPercent} % of a thread`,
    `  password: ${passwordFile ?? 'in KAFKA_USERS_DIR, or in the Secret of the Strimzi operator'}`,
    simulatorText(reached),
  ];
  return lines.map((line) => `${sign} ${line}`).join('\n');
}

/** Formats the configuration of one client, or of all. */
export function formatClients(
  code: string,
  derived: AgencyResources,
  reached: KafkaConnection | undefined,
  only?: string,
): string {
  const prefix = reached?.prefix ?? '';
  const connection: ClientConnection = {
    brokers: reached?.brokers.join() ?? '<brokers>',
    user: derived.user,
    requests: `${prefix}agency.${code}.requests`,
    replies: `${prefix}agency.${code}.replies`,
    group: derived.group,
    closed: reached ? reached.caFile !== undefined : true,
  };
  const places = connection.closed
    ? [
        `<password> is the content of ${derived.passwordFile ?? 'its file in KAFKA_USERS_DIR'}`,
        `ca.crt is ${derived.caFile ?? 'the authority of the brokers (KAFKA_TLS_CA_FILE)'}`,
      ]
    : [];
  const parts = Object.entries(CLIENTS)
    .filter(([name]) => only === undefined || name === only)
    .map(([name, lines]) => [`--- ${name}`, ...lines(connection)].join('\n'));
  return [
    `Reads ${connection.requests}, writes ${connection.replies}; groups begin with ${prefix}${code}.`,
    ...places,
    ...parts,
  ].join('\n');
}
