import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ensureUsers, buildPrincipals, resolveQuota, removeUsers, agencyUserName } from '@cups/events';
import { hasTopics } from '@cups/registry';
import type { Agency } from '@cups/registry';
import { readAgencies, fileOf, findReferences, removeAgency, buildAgencyFile, writeAgency } from './agencies.ts';
import { CommandError, UsageError } from '../errors.ts';
import { formatTable } from '../format-table.ts';
import { printResult } from '../program.ts';
import { CLIENTS } from './clients.ts';
import { countOpenApplications } from './open-applications.ts';
import { connect } from './connect.ts';
import type { KafkaConnection } from './connect.ts';
import { formatFeedState, tryReadFeedStates } from './feeds.ts';
import { formatClients, deriveResources, formatResources } from './show.ts';
import type { AgencyResources } from './show.ts';
import { provisionKafka, provisionTopics, renewPassword } from '../../platform/provision-kafka.ts';
import type { ProvisionOptions } from '../../platform/provision-kafka.ts';
import { readQuotas } from '../topics/agencies.ts';

/** Options of all commands. */
interface CommonOptions {
  dryRun: boolean;
  json: boolean;
  data: string;
  platform?: string;
}
export type ShowOptions = CommonOptions & { client?: string };
export type AddOptions = CommonOptions & {
  foreignDocuments: boolean;
  corrections: boolean;
  messages: boolean;
  page: boolean;
} & Partial<
    Record<
      | 'ro'
      | 'ru'
      | 'en'
      | 'timeZone'
      | 'days'
      | 'from'
      | 'to'
      | 'calendar'
      | 'producerBytes'
      | 'consumerBytes'
      | 'requestPercent',
      string
    >
  >;
export type RemoveOptions = CommonOptions & { force: boolean };

/** A command with its context. */
interface AgencyCommand<Options extends CommonOptions = CommonOptions> {
  code: string;
  data: string;
  values: Options;
  reached: KafkaConnection | undefined;
}

async function createContext<Options extends CommonOptions>(
  code: string,
  values: Options,
): Promise<AgencyCommand<Options>> {
  return { code, data: values.data, values, reached: await connect(values.platform) };
}

const print = ({ json }: CommonOptions, object: object, lines: string): void => printResult(json, object, lines);

/** Formats at most five names and counts the rest. */
function formatSome(names: string[]): string {
  return names.length > 5 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ');
}

function findAgency({ data, code }: AgencyCommand) {
  const agency = readAgencies(data).get(code);
  if (!agency) throw new CommandError(`Agency ${code} not found. \`list\` shows all.`);
  return agency;
}

export async function list(values: CommonOptions): Promise<void> {
  const { data } = values;
  const agencies = [...readAgencies(data).values()];
  const pulling = agencies.filter(({ channel }) => channel === 'pull').map(({ code }) => code);
  // Only a feed has a state in the store.
  const feeds = pulling.length > 0 ? await tryReadFeedStates(pulling, await connect(values.platform)) : undefined;
  const rows = agencies.map((agency) => {
    const { code, name, channel = 'kafka' } = agency;
    const { services, centres } = findReferences(data, code);
    const counts = { services: services.length, centres: centres.length };
    const quota = hasTopics(agency) && { quota: resolveQuota(agency.quota) };
    const feed = feeds?.get(code);
    return { code, name: name.ro, channel, ...counts, ...quota, ...(feed && { feed }) };
  });
  const cells = rows.map(({ code, name, channel, services, centres, quota, feed }) => [
    code,
    channel,
    services,
    centres,
    quota?.producerBytesPerSecond ?? '',
    ...(feeds ? [feed ? (feed.readTime?.toISOString() ?? 'never') : '', feed?.unread ?? ''] : []),
    name,
  ]);
  const feedHeads = feeds ? ['LAST READ', 'UNREAD'] : [];
  const heads = ['CODE', 'CHANNEL', 'SERVICES', 'CENTRES', 'WRITES, B/S', ...feedHeads, 'NAME'];
  print(values, rows, formatTable(heads, cells));
}

export async function show(name: string, options: ShowOptions): Promise<void> {
  const asked = await createContext(name, options);
  const { code, data, values, reached } = asked;
  const { client } = values;
  if (client !== undefined && !(client in CLIENTS)) {
    throw new CommandError(`Client ${client} not found. Clients: ${Object.keys(CLIENTS).join(', ')}.`);
  }
  const agency = findAgency(asked);
  const named = findReferences(data, code);
  const head = `${code}: ${agency.name.ro}; decides ${named.services.length} public services, serves ${named.centres.length} centres`;
  if (!hasTopics(agency)) {
    const feed = agency.channel === 'pull' ? (await tryReadFeedStates([code], reached))?.get(code) : undefined;
    const lines = [formatChannel(agency), ...(feed ? [formatFeedState(feed)] : [])];
    print(values, Object.assign({ agency }, named, feed && { feed }), `${head}\n\n${lines.join('\n')}`);
    return;
  }
  const derived = deriveResources(code, agency.quota, reached);
  const clients = formatClients(code, derived, reached, client);
  print(
    values,
    Object.assign({ agency }, derived, named),
    [head, formatResources(derived, reached), clients].join('\n\n'),
  );
}

function formatChannel({ code, channel, webhook }: Pick<Agency, 'code' | 'channel' | 'webhook'>): string {
  const who =
    channel === 'pull'
      ? `its system reads /agency/v1/requests; webhook: ${webhook?.url ?? 'none'}`
      : `${code}-clerk signs in with the local provider`;
  return `channel: ${channel}. It has no topics, no Kafka user and no quota; ${who}.`;
}

/** Parses the quota options. @throws CommandError when one is not a whole number */
function parseQuota(values: AddOptions): Record<string, number> {
  const names = {
    producerBytesPerSecond: 'producerBytes',
    consumerBytesPerSecond: 'consumerBytes',
    requestPercent: 'requestPercent',
  } as const;
  const entries = Object.entries(names).flatMap(([name, option]) => {
    const value = values[option];
    if (value === undefined) return [];
    if (!/^\d+$/.test(value)) throw new UsageError(`--${toFlag(option)} must be a whole number.`);
    return [[name, Number(value)] as const];
  });
  return Object.fromEntries(entries);
}

export async function add(name: string, options: AddOptions): Promise<void> {
  const asked = await createContext(name, options);
  const { code, data, values, reached } = asked;
  const began = performance.now();
  const { ro, ru, en, days, from, to, calendar, page, dryRun: dry } = values;
  const quota = parseQuota(values);
  const more = {
    timeZone: values.timeZone,
    foreignDocuments: values.foreignDocuments,
    corrections: values.corrections,
    messages: values.messages,
    page,
    quota,
  };
  const file = buildAgencyFile(data, code, Object.assign(more, { ro, ru, en, days, from, to, calendar }));
  if (page) {
    if (!dry) writeAgency(data, code, file);
    const text = [...formatFile(data, code, file), formatChannel({ code, channel: 'page' })];
    print(values, { code, file }, [...text, ...(dry ? ['Nothing was written.'] : [])].join('\n'));
    return;
  }
  const derived = deriveResources(code, quota, reached);
  const way = resolveAccess(asked, derived.user);
  if (!dry) await provisionAgency(code, file, way, data);
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  const done = typeof way === 'string' ? way : `Provisioned on ${reached!.what} after ${seconds} s.`;
  const lines = [
    ...formatFile(data, code, file),
    formatResources(derived, reached, '+'),
    '',
    dry ? 'Nothing was written.' : done,
    `Client configuration: npm run cups -- agency show ${code}`,
  ];
  print(values, Object.assign({ code, file, admitted: typeof way !== 'string' && !dry }, derived), lines.join('\n'));
}

/** Formats a new agency file, as in a diff. */
const formatFile = (data: string, code: string, file: string): string[] => [
  `+ ${relative(process.cwd(), fileOf(data, code))}`,
  ...file
    .trimEnd()
    .split('\n')
    .map((line) => `+   ${line}`),
];

/** Returns the Kafka access for an agency, or a sentence that says who provisions it instead. */
function resolveAccess({ data, reached }: AgencyCommand, user: string): ProvisionOptions | string {
  if (!reached) {
    return 'No local platform runs: the next `npm start` creates topics and user. In a cluster, the topics job or helm/agencies does.';
  }
  const { brokers, access, prefix, usersDir, caFile, isLocal, settings } = reached;
  if (!isLocal && caFile && !usersDir) {
    return `Topics and user were not created at ${brokers.join()}: set KAFKA_USERS_DIR, or run \`npm run cups -- topics\`.`;
  }
  return Object.assign({ brokers, access, prefix, data, usersDir, newcomers: [user] }, settings);
}

/** Provisions topics before the file is written, since all services watch it, and the rest after it. */
async function provisionAgency(
  code: string,
  file: string,
  way: ProvisionOptions | string,
  data: string,
): Promise<void> {
  if (typeof way !== 'string') await provisionTopics(way, code);
  writeAgency(data, code, file);
  if (typeof way !== 'string') await provisionKafka(way);
}

/** Returns the administrator's access. @throws CommandError when there is none */
function requireAdminAccess({ reached }: AgencyCommand) {
  if (!reached) throw new CommandError('No local platform runs and KAFKA_BROKERS is not set. Nothing was changed.');
  const { access, usersDir } = reached;
  if (!access || !usersDir) throw new CommandError(`${reached.what} has no users that this command can change.`);
  return { brokers: reached.brokers, access, usersDir, prefix: reached.prefix };
}

export async function password(name: string, options: CommonOptions): Promise<void> {
  const asked = await createContext(name, options);
  const { code, data, values } = asked;
  if (!hasTopics(findAgency(asked)))
    throw new CommandError(`Agency ${code} has no Kafka user: its channel is not kafka.`);
  const { brokers, access, usersDir, prefix } = requireAdminAccess(asked);
  const user = prefix + agencyUserName(code);
  const file = join(usersDir, user);
  if (!values.dryRun) {
    renewPassword(usersDir, user);
    const principals = buildPrincipals(prefix, { agencies: [code], simulated: [], quotas: readQuotas(data) });
    const own = principals.filter((one) => one.user === user);
    await ensureUsers({ brokers, access, principals: own, passwordOf: () => readFileSync(file, 'utf8').trim() });
  }
  const what = values.dryRun ? 'would be set' : 'was set';
  const lines = [
    `The password of ${user} ${what}: ${file}`,
    'Send it to the agency over a separate channel. Open connections work for at most 5 minutes, then the old one is refused.',
    'Pending messages stay on the topic: none is lost or sent twice.',
  ];
  print(values, { user, passwordFile: file }, lines.join('\n'));
}

export async function remove(name: string, options: RemoveOptions): Promise<void> {
  const asked = await createContext(name, options);
  const { code, data, values, reached } = asked;
  const isKafka = hasTopics(findAgency(asked));
  const { services, centres } = findReferences(data, code);
  if (services.length + centres.length > 0 && !values.force) {
    throw new CommandError(
      ...(services.length > 0 ? [`It decides ${services.length} public services: ${formatSome(services)}.`] : []),
      ...(centres.length > 0 ? [`${centres.length} centres serve it: ${formatSome(centres)}.`] : []),
      'Remove it from these files first, so that no desk submits to it; --force skips this check.',
    );
  }
  const open = await countOpenApplications(code, reached);
  const derived = deriveResources(code, undefined, reached);
  const dry = values.dryRun;
  if (!dry && isKafka && reached?.access) {
    const { brokers, access, usersDir } = requireAdminAccess(asked);
    await removeUsers({ brokers, access, users: [derived.user] });
    const file = join(usersDir, derived.user);
    if (existsSync(file)) rmSync(file);
  }
  if (!dry) removeAgency(data, code);
  const counts = Object.entries(open ?? {}).map(([state, count]) => `${count} ${state}`);
  const lines = [
    `- ${relative(process.cwd(), fileOf(data, code))}`,
    ...(isKafka ? formatRemoved(derived, reached) : []),
    '',
    open === undefined
      ? 'Open applications were not counted: no store was reached.'
      : `Open applications: ${counts.join(', ') || 'none'}.`,
    'They stay open without a reply, and a desk can still withdraw them.',
    `An agency added again as ${code} resumes where it stopped.`,
    ...(dry ? ['Nothing was removed.'] : []),
  ];
  print(values, { user: derived.user, open: open ?? null, removed: !dry }, lines.join('\n'));
}

const formatRemoved = ({ user, topics }: AgencyResources, reached: KafkaConnection | undefined): string[] => [
  `- user ${user}, its ACLs, quota and password${reached?.access ? '' : ': Kafka was not reached, remove them where it runs'}`,
  ...topics.map((topic) => `  topic ${topic} stays, with all messages`),
];

/** Returns the flag of an option: request-percent for requestPercent. */
function toFlag(option: string): string {
  return option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
