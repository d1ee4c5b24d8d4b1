import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { fromProtoEnum, fromTimestamp } from '@cups/contracts/proto';
import { isProblem } from '@cups/problem';
import type { ProblemKind } from '@cups/problem';
import type { StaffMember__Output } from '@cups/contracts/gen/cups/identity/v1/StaffMember.ts';
import { PlatformClient, CommandError, formatError } from '../platform-client.ts';
import { formatTable } from '../operations/format.ts';
import { appointmentFromFolder } from './appointment.ts';
import { toResourceName, parseRows } from './rows.ts';

/** `npm run operator`: appoints the first supervisor and imports staff. See docs/how-to/manage-staff.md. */

const HELP = `npm run operator -- <command>

  appoint-supervisor --idnp <13 digits> --given-name <…> --family-name <…> [--language ro] --reason <words>
                             appoints a supervisor, such as the first one; changes nothing for an existing one
  appoint-supervisor --from <folder> [--first]
                             reads the same from files: idnp, given-name, family-name, reason, and optionally language
  import <file.csv> [--dry-run] [--partial]
                             invites the staff of a table: idnp,given_name,family_name,centre,roles,language[,agency]
                             imports all rows or none, or with --partial the valid ones; repeating it changes nothing
  list [--centre CU-001]     lists a team; without a centre, the staff of the platform and of agencies
  show <operators/…>         shows a staff member with workplaces and history
  person-keys                shows how many personal numbers still have to be sealed again after a key rotation

  --first       with appoint-supervisor: changes nothing if any supervisor is active
  --wait <s>    retries for so many seconds while identity is unavailable (default 0)
  --actor <name>   actor (default: your user name)
  --json        prints JSON
  --help        prints this text

Without --idnp the command reads the number from standard input, which keeps it out of the shell history. It finds the platform
as \`npm run cups\` does: that of \`npm start\`, or by KEYS_DIR, GRPC_TLS_DIR and IDENTITY_ADDRESS.
`;
const OPTIONS = {
  idnp: { type: 'string' },
  'given-name': { type: 'string', default: '' },
  'family-name': { type: 'string', default: '' },
  language: { type: 'string', default: 'ro' },
  reason: { type: 'string', default: '' },
  centre: { type: 'string', default: '' },
  from: { type: 'string' },
  first: { type: 'boolean', default: false },
  wait: { type: 'string', default: '0' },
  actor: { type: 'string', default: readUserName() },
  'dry-run': { type: 'boolean', default: false },
  partial: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;
/** Maximum number of rows that identity accepts in one call. */
const MAX_IMPORT_ROWS = 500;
const RETRY_INTERVAL_MS = 2_000;
/** Seconds. */
const MAX_WAIT_SECONDS = 3600;
/** Identity reads and writes the rows one by one. */
const IMPORT_TIMEOUT_MS = 120_000;

type Values = ReturnType<typeof parseArguments>['values'];
interface CommandOutput {
  found: unknown;
  text: string;
  /** Whether a row was refused. */
  isRefused?: boolean;
}
type Identity = ReturnType<PlatformClient['identity']>;

const COMMANDS: Record<string, (identity: Identity, values: Values, name: string) => Promise<CommandOutput>> = {
  'appoint-supervisor': appoint,
  import: importStaff,
  list,
  show,
  'person-keys': personKeys,
};

try {
  await main();
} catch (error) {
  console.error(formatError(error));
  process.exitCode = 1;
}

/** A container's user may have no name. */
function readUserName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.()}`;
  }
}

/** Whether a retry may succeed. */
function isRetryable(error: unknown): boolean {
  const passing: readonly ProblemKind[] = ['UNAVAILABLE', 'DEADLINE', 'UNAUTHENTICATED'];
  return isProblem(error) && passing.includes(error.kind);
}

function parseArguments() {
  return parseArgs({ allowPositionals: true, options: OPTIONS });
}

async function main(): Promise<void> {
  const { values, positionals } = parseArguments();
  const [word = '', name = ''] = positionals;
  if (values.help || word === '') return console.log(HELP);
  const command = COMMANDS[word];
  if (!command) throw new CommandError(`Command not found. Commands: ${Object.keys(COMMANDS).join(', ')}. See --help.`);
  const seconds = Number(values.wait);
  if (!(seconds >= 0 && seconds <= MAX_WAIT_SECONDS))
    throw new CommandError(`--wait must be a number of seconds, at most ${MAX_WAIT_SECONDS}.`);
  const platform = new PlatformClient(join(import.meta.dirname, '../../..'), process.env);
  try {
    const { found, text, isRefused } = await retryUntil(seconds, () => command(platform.identity(), values, name));
    console.log(values.json ? JSON.stringify(found, null, 2) : text);
    if (isRefused) process.exitCode = 1;
  } finally {
    platform.close();
  }
}

/** Retries a missing key too: identity may not have read it yet. @throws the error of the last attempt */
async function retryUntil<T>(seconds: number, work: () => Promise<T>): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isRetryable(error) || performance.now() > end) throw error;
      await delay(RETRY_INTERVAL_MS);
    }
  }
}

async function appoint(identity: Identity, values: Values): Promise<CommandOutput> {
  const appointment = values.from === undefined ? appointmentFromArguments(values) : appointmentFromFolder(values.from);
  if (appointment.reason.trim() === '')
    throw new CommandError('Give a reason: --reason "…" is stored in the log and in the history.');
  const others = values.first ? await findActiveSupervisors(identity, values.actor) : [];
  if (others.length > 0) {
    return { found: others, text: `A supervisor is already active (${others.join(', ')}). Nothing was changed.` };
  }
  const found = await identity.appointSupervisor(Object.assign({ actor: values.actor }, appointment));
  // Without the name: in a cluster, this line goes to the log collector.
  const who = found.member?.name ?? '';
  return {
    found,
    text: found.changed ? `${who} is a supervisor now.` : `${who} is already a supervisor. Nothing was changed.`,
  };
}

function appointmentFromArguments({
  idnp,
  'given-name': givenName,
  'family-name': familyName,
  language,
  reason,
}: Values) {
  return { idnp: (idnp ?? readFileSync(0, 'utf8')).trim(), givenName, familyName, language, reason };
}

/** Returns supervisors who have signed in: one appointed with a mistyped number does not count. */
async function findActiveSupervisors(identity: Identity, actor: string): Promise<string[]> {
  const members = await listMembers(identity, '', actor);
  const atWork = members.filter(
    ({ roles, status, lastSignInTime }) =>
      roles.includes('ROLE_SUPERVISOR') && status === 'STAFF_STATUS_ACTIVE' && fromTimestamp(lastSignInTime),
  );
  return atWork.map(({ name }) => name);
}

async function importStaff(identity: Identity, values: Values, file: string): Promise<CommandOutput> {
  if (file === '') throw new CommandError('Name a file: npm run operator -- import <file.csv>');
  const rows = parseRows(readTable(file));
  const { actor, partial, 'dry-run': dryRun } = values;
  if (rows.length > MAX_IMPORT_ROWS && !partial)
    throw new CommandError(`An import of all or nothing has at most ${MAX_IMPORT_ROWS} lines; use --partial for more.`);
  const outcomes = [];
  for (let at = 0; at < rows.length; at += MAX_IMPORT_ROWS) {
    const part = rows.slice(at, at + MAX_IMPORT_ROWS);
    const asked = { rows: part, actor, partial, dryRun };
    outcomes.push(...(await identity.importOperators(asked, {}, { timeoutMs: IMPORT_TIMEOUT_MS })).outcomes);
  }
  const cells = outcomes.map(({ line, outcome, name, reason, field }) => [String(line), outcome, name, reason, field]);
  const refused = outcomes.filter(({ outcome }) => outcome === 'refused').length;
  const counts = [...Map.groupBy(outcomes, ({ outcome }) => outcome)].map(([word, all]) => `${all.length} ${word}`);
  const note = dryRun ? 'Nothing was written (--dry-run).' : `${counts.join(', ')}.`;
  const text = `${formatTable(['LINE', 'OUTCOME', 'OPERATOR', 'REASON', 'FIELD'], cells)}\n${note}`;
  return { found: outcomes, text, isRefused: refused > 0 };
}

async function list(identity: Identity, { centre, actor }: Values): Promise<CommandOutput> {
  const members = await listMembers(identity, toResourceName(centre), actor);
  return { found: members, text: members.length > 0 ? formatMembers(members) : 'Nobody.' };
}

async function listMembers(identity: Identity, centre: string, actor: string): Promise<StaffMember__Output[]> {
  const members: StaffMember__Output[] = [];
  let pageToken = '';
  do {
    const page = await identity.inspectStaff({ centre, actor, pageSize: 200, pageToken });
    members.push(...page.members);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return members;
}

async function show(identity: Identity, { actor }: Values, given: string): Promise<CommandOutput> {
  if (given === '') throw new CommandError('Name a staff member: npm run operator -- show operators/…');
  const name = given.includes('/') ? given : `operators/${given}`;
  const found = await identity.inspectStaff({ name, actor });
  const acts = found.actions.map(({ time, action, actor: who, centre, roles, reason }) => [
    fromTimestamp(time)?.toISOString() ?? '',
    action,
    who,
    centre,
    roles.map((role) => fromProtoEnum('ROLE_', role)).join(' '),
    reason,
  ]);
  const history = acts.length > 0 ? formatTable(['TIME', 'WHAT', 'BY', 'CENTRE', 'ROLES', 'WHY'], acts) : 'No history.';
  return { found, text: `${formatMembers(found.members)}\n\n${history}` };
}

async function personKeys(identity: Identity): Promise<CommandOutput> {
  const found = await identity.inspectPersonKeys({});
  const { kids, numbers, waiting, unreadable } = found;
  const lost = unreadable > 0 ? `, ${unreadable} of which no key can open` : '';
  const text = `${waiting} of ${numbers} personal numbers wait to be sealed again${lost}. Keys: ${kids.join(', ')}`;
  return { found, text };
}

function formatMembers(members: StaffMember__Output[]): string {
  const cells = members.map((one) => [
    one.name,
    one.displayName,
    one.centre || one.agency,
    one.roles.map((role) => fromProtoEnum('ROLE_', role)).join(' '),
    fromProtoEnum('STAFF_STATUS_', one.status) +
      (one.suspended && one.status !== 'STAFF_STATUS_SUSPENDED' ? ', suspended here' : ''),
    fromTimestamp(one.lastSignInTime)?.toISOString() ?? '',
  ]);
  return formatTable(['OPERATOR', 'NAME', 'WHERE', 'ROLES', 'STATUS', 'LAST SIGN-IN'], cells);
}

function readTable(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new CommandError(`${file} cannot be read.`);
  }
}
