import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fromProtoEnum, fromTimestamp } from '@cups/contracts/proto';
import { isProblem } from '@cups/problem';
import type { ProblemKind } from '@cups/problem';
import type { StaffMember__Output } from '@cups/contracts/gen/cups/identity/v1/StaffMember.ts';
import { CommandError, UsageError } from '../errors.ts';
import { formatTable } from '../format-table.ts';
import { PlatformClient } from '../platform-client.ts';
import { printResult } from '../program.ts';
import { toResourceName } from '../resource-names.ts';
import { appointmentFromFolder } from './appointment.ts';
import { parseRows } from './rows.ts';

/** Options of all commands. */
interface CommonOptions {
  actor: string;
  wait: number;
  json: boolean;
}
export type AppointOptions = CommonOptions & {
  idnp?: string;
  givenName: string;
  familyName: string;
  language: string;
  reason: string;
  from?: string;
  first: boolean;
};
export type ImportOptions = CommonOptions & { dryRun: boolean; partial: boolean };
export type ListOptions = CommonOptions & { centre: string };

/** Maximum number of rows that identity accepts in one call. */
const MAX_IMPORT_ROWS = 500;
const RETRY_INTERVAL_MS = 2_000;
/** Identity reads and writes the rows one by one. */
const IMPORT_TIMEOUT_MS = 120_000;

interface CommandOutput {
  found: unknown;
  text: string;
  /** Whether a row was refused. */
  isRefused?: boolean;
}
type Identity = ReturnType<PlatformClient['identity']>;

/** Whether a retry may succeed. */
function isRetryable(error: unknown): boolean {
  const passing: readonly ProblemKind[] = ['UNAVAILABLE', 'DEADLINE', 'UNAUTHENTICATED'];
  return isProblem(error) && passing.includes(error.kind);
}

/** Runs a command against identity. @returns exit code 1 when a row was refused */
async function run(
  { wait, json }: CommonOptions,
  command: (identity: Identity) => Promise<CommandOutput>,
): Promise<number> {
  const platform = new PlatformClient(join(import.meta.dirname, '../../..'), process.env);
  try {
    const { found, text, isRefused } = await retryUntil(wait, () => command(platform.identity()));
    printResult(json, found, text);
    return isRefused ? 1 : 0;
  } finally {
    platform.close();
  }
}

export const appointSupervisor = (options: AppointOptions) => run(options, (identity) => appoint(identity, options));
export const importFile = (file: string, options: ImportOptions) =>
  run(options, (identity) => importStaff(identity, options, file));
export const listStaff = (options: ListOptions) => run(options, (identity) => list(identity, options));
export const showMember = (name: string, options: CommonOptions) =>
  run(options, (identity) => show(identity, options, name));
export const showPersonKeys = (options: CommonOptions) => run(options, personKeys);

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

async function appoint(identity: Identity, values: AppointOptions): Promise<CommandOutput> {
  const appointment = values.from === undefined ? appointmentFromArguments(values) : appointmentFromFolder(values.from);
  if (appointment.reason.trim() === '')
    throw new UsageError('Give a reason: --reason "…" is stored in the log and in the history.');
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

function appointmentFromArguments({ idnp, givenName, familyName, language, reason }: AppointOptions) {
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

async function importStaff(identity: Identity, values: ImportOptions, file: string): Promise<CommandOutput> {
  const rows = parseRows(readTable(file));
  const { actor, partial, dryRun } = values;
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

async function list(identity: Identity, { centre, actor }: ListOptions): Promise<CommandOutput> {
  const members = await listMembers(identity, toResourceName('centres', centre), actor);
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

async function show(identity: Identity, { actor }: CommonOptions, given: string): Promise<CommandOutput> {
  const name = toResourceName('operators', given);
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
