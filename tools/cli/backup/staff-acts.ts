import type { mongo } from 'mongoose';
import type { Stores } from './documents.ts';
import { destroyKey } from './erasures.ts';
import { uniqueBySequence } from './entries.ts';
import type { PublishedAct } from './entries.ts';
import { idOf, storedActorOf } from './names.ts';

/**
 * Suspensions, reinstatements and removals of staff that a restored store lacks: without them a suspended member of staff
 * could sign in again. The last act about a centre, or about the whole person, is in force.
 */

/** What a restore does again. */
export type StaffAction = 'suspend-staff' | 'reinstate-staff' | 'remove-staff';

/** A member of staff of identity, as far as these acts concern them. */
export interface ComparedStaff {
  _id: string;
  status: string;
  workplaces: { centre: string; suspended: boolean }[];
  history: { action: string; time: Date; centre?: string }[];
}

export interface StaffAct {
  operator: string;
  action: StaffAction;
  /** centres/{code}, or '' for the whole person. */
  centre: string;
  /** operators/{id}, or services/ops. */
  actor: string;
  time: Date;
}

export interface StaffFindings {
  /** Acts in force that the store lacks, by time. */
  unapplied: StaffAct[];
  /** All acts that the store lacks. Each has ended sessions and key shares, even if a later act lifted it. */
  lacked: StaffAct[];
}

/** What the history calls an act. */
const ROWS: Partial<Record<string, string>> = {
  'suspend-staff': 'suspended',
  'reinstate-staff': 'reinstated',
  'remove-staff': 'removed',
  'invite-staff': 'invited',
} satisfies Record<StaffAction | 'invite-staff', string>;
/** Rows that change what is in force. */
const DECISIVE_ROWS = new Set(Object.values(ROWS));
/** The time of a row is taken just before that of its entry. */
const MAX_ROW_LEAD_MS = 1_000;
/** As in identity. */
const MAX_HISTORY_ENTRIES = 200;

/** An act or a row of the history. `centre` is a code, '' for the whole person. */
interface Step {
  row: string;
  centre: string;
  time: Date;
}

/** Pure. */
export function findStaffActs(stored: readonly ComparedStaff[], acts: readonly PublishedAct[]): StaffFindings {
  const findings: StaffFindings = { unapplied: [], lacked: [] };
  const byId = new Map(stored.map((one) => [one._id, one]));
  const ofStaff = acts.filter(({ subject, action }) => subject.startsWith('operators/') && ROWS[action] !== undefined);
  for (const [operator, all] of Map.groupBy(ofStaff, ({ subject }) => idOf(subject))) {
    const own = byId.get(operator);
    if (!own) continue;
    const { lacked, inForce } = compareHistory(own, operator, all);
    findings.lacked.push(...lacked);
    findings.unapplied.push(...inForce.filter((act) => isChange(own, act)));
  }
  return findings;
}

/** Returns the acts that the history lacks, and those of them that no later one of the same kind of place replaces. */
function compareHistory(
  own: ComparedStaff,
  operator: string,
  acts: readonly PublishedAct[],
): { lacked: StaffAct[]; inForce: StaffAct[] } {
  const rows = own.history
    .filter(({ action }) => DECISIVE_ROWS.has(action))
    .map(({ action: row, centre = '', time }) => ({ row, centre, time }));
  const unknown = uniqueBySequence(acts)
    .map((act) => ({ act, step: { row: ROWS[act.action]!, centre: idOf(act.centre), time: act.time } }))
    .filter(({ step }) => !rows.some((row) => isRowOf(row, step)))
    .sort((one, other) => one.step.time.getTime() - other.step.time.getTime());
  const later = (step: Step) => [...rows, ...unknown.map((one) => one.step)].filter(({ time }) => time > step.time);
  const ours = unknown.filter(({ act }) => act.action !== 'invite-staff');
  const toOwn = ({ act: { action, centre, actor, time } }: (typeof ours)[number]): StaffAct => ({
    operator,
    action: action as StaffAction,
    centre,
    actor,
    time,
  });
  return {
    lacked: ours.map(toOwn),
    inForce: ours.filter(({ step }) => !later(step).some((one) => isReplacedBy(step, one))).map(toOwn),
  };
}

const isRowOf = (row: Step, step: Step): boolean =>
  row.row === step.row &&
  row.centre === step.centre &&
  Math.abs(row.time.getTime() - step.time.getTime()) <= MAX_ROW_LEAD_MS;

/** A removal from every centre is one from each; a new position anywhere ends that. */
const isReplacedBy = (step: Step, later: Step): boolean =>
  later.centre === step.centre ||
  (later.row === 'removed' && later.centre === '') ||
  (later.row === 'invited' && step.row === 'removed' && step.centre === '');

function isChange({ status, workplaces }: ComparedStaff, { action, centre }: StaffAct): boolean {
  if (centre === '') {
    if (status === 'former') return false;
    return action === 'remove-staff' || (status === 'suspended') !== (action === 'suspend-staff');
  }
  const workplace = workplaces.find((one) => one.centre === idOf(centre));
  if (!workplace) return false;
  return action === 'remove-staff' || workplace.suspended !== (action === 'suspend-staff');
}

const staffOf = (stores: Stores) => stores.database('identity').collection<ComparedStaff>('operators');

/** A record that lacks a list is damaged, and compared as if the list was empty: a restore names what it can. */
export const readStoredStaff = async (stores: Stores): Promise<ComparedStaff[]> => {
  const stored = await staffOf(stores)
    .find({}, { projection: { status: 1, workplaces: 1, history: 1 } })
    .toArray();
  return stored.map((one) => Object.assign({ workplaces: [], history: [] }, one));
};

/** Changes the members of staff as identity did, and ends sessions and key shares up to the act. No service may run. */
export async function applyStaffActs(stores: Stores, { unapplied, lacked }: StaffFindings): Promise<void> {
  for (const act of unapplied) await applyOne(stores, act);
  for (const act of lacked) await endAccess(stores, act);
}

interface StaffDocument extends ComparedStaff {
  revision: number;
  platformRoles: string[];
  agency?: string;
  lastSignInTime?: Date;
}

async function applyOne(stores: Stores, act: StaffAct): Promise<void> {
  const staff = staffOf(stores) as unknown as mongo.Collection<StaffDocument>;
  const own = await staff.findOne({ _id: act.operator });
  if (!own) return;
  const { actor, time } = act;
  const code = idOf(act.centre);
  const row = {
    time,
    actor: storedActorOf(actor),
    action: ROWS[act.action],
    ...(code !== '' && { centre: code }),
  };
  const { $set, $unset = {} } = changeOf(own, act);
  await staff.updateOne({ _id: own._id, revision: own.revision }, {
    $set,
    ...(Object.keys($unset).length > 0 && { $unset }),
    $push: { history: { $each: [row], $slice: -MAX_HISTORY_ENTRIES } },
    $inc: { revision: 1 },
  } as never);
}

function changeOf(own: StaffDocument, { action, centre, time }: StaffAct): { $set: object; $unset?: object } {
  const code = idOf(centre);
  if (action === 'remove-staff') {
    const workplaces = code === '' ? [] : own.workplaces.filter((one) => one.centre !== code);
    if (code === '')
      return { $set: { workplaces, platformRoles: [], revokeTime: time, status: 'former' }, $unset: { agency: '' } };
    const isNowhere = workplaces.length === 0 && own.platformRoles.length === 0 && own.agency === undefined;
    return { $set: isNowhere ? { workplaces, status: 'former' } : { workplaces } };
  }
  const isSuspended = action === 'suspend-staff';
  if (code === '') {
    const active = own.lastSignInTime ? 'active' : 'invited';
    return { $set: { status: isSuspended ? 'suspended' : active, revokeTime: time } };
  }
  const workplaces = own.workplaces.map((one) => (one.centre === code ? { ...one, suspended: isSuspended } : one));
  return { $set: { workplaces } };
}

/** As identity does at each of these acts. */
async function endAccess(stores: Stores, { operator, centre, time }: StaffAct): Promise<void> {
  const database = stores.database('identity');
  const code = idOf(centre);
  const created = { operator, createTime: { $lte: time } };
  await database.collection('sessions').deleteMany(code === '' ? created : { ...created, centre: code });
  const devices = database.collection<{ _id: string }>('devices');
  const used = { operator, state: 'active', firstContactTime: { $lte: time } };
  const filter = code === '' ? used : { ...used, centres: code };
  for (const { _id } of await devices.find(filter as never, { projection: { _id: 1 } }).toArray()) {
    await destroyKey(stores, 'identity-keys', _id, time);
    await devices.updateOne(
      { _id, state: 'active' } as never,
      {
        $set: { state: 'ended', expireTime: time, requests: [] },
        $unset: { keyShare: '' },
        $inc: { revision: 1 },
      } as never,
    );
  }
}
