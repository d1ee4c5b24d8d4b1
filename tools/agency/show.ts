import { join } from 'node:path';
import { principalsFor, quotaOf, topicsOfAgency, userOfAgency } from '@cups/events';
import type { Quota, Right } from '@cups/events';
import type { Agency } from '@cups/registry';
import { CLIENTS } from './clients.ts';
import type { Connection } from './clients.ts';
import type { Reached } from './reach.ts';

/** What follows from the file of an agency, as data and as lines for a person. */

export interface Derived {
  topics: string[];
  user: string;
  rights: string[];
  quota: Quota;
  /** File with the password; undefined where it is not known here. */
  passwordFile: string | undefined;
  caFile: string | undefined;
  group: string;
}

const DAY_MS = 86_400_000;

const rightText = ({ resource, name, pattern, operation }: Right): string =>
  `${operation} ${resource} ${name}${pattern === 'prefixed' ? '*' : ''}`;

/** All that follows from the file. Pure. */
export function derivedOf(code: string, said: Agency['quota'], reached: Reached | undefined): Derived {
  const prefix = reached?.prefix ?? '';
  const user = prefix + userOfAgency(code);
  const principals = principalsFor(prefix, { agencies: [code], simulated: [] });
  const topics = topicsOfAgency(prefix, code, 1).map(
    ({ name, config }) => `${name} (kept ${Number(config['retention.ms']) / DAY_MS} days)`,
  );
  return {
    topics,
    user,
    rights: principals.find((one) => one.user === user)!.rights.map(rightText),
    quota: quotaOf(said),
    passwordFile: reached?.usersDir && join(reached.usersDir, user),
    caFile: reached?.caFile,
    group: `${prefix}${code}.main`,
  };
}

const simulatorText = (reached: Reached | undefined): string =>
  reached && !reached.isLocal
    ? 'simulator: as SIMULATOR_TOPICS and SIMULATOR_AGENCIES of the job of topics say'
    : 'simulator: answers for it on this machine, as for all agencies';

/** Lines with a sign before each, as in a diff. */
export function derivedText(derived: Derived, reached: Reached | undefined, sign = ' '): string {
  const { topics, user, rights, quota, passwordFile } = derived;
  const lines = [
    ...topics.map((topic) => `topic ${topic}`),
    `user ${user}`,
    ...rights.map((right) => `  ${right}`),
    `  quota: writes ${quota.producerBytesPerSecond} B/s, reads ${quota.consumerBytesPerSecond} B/s, ${quota.requestPercent} % of a thread`,
    `  password: ${passwordFile ?? 'where KAFKA_USERS_DIR, or the operator of Strimzi, puts it'}`,
    simulatorText(reached),
  ];
  return lines.map((line) => `${sign} ${line}`).join('\n');
}

/** What to paste, for one client or all. */
export function clientsText(code: string, derived: Derived, reached: Reached | undefined, only?: string): string {
  const prefix = reached?.prefix ?? '';
  const connection: Connection = {
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
