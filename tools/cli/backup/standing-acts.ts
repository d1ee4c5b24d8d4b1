import type { BackupConnections } from './connections.ts';
import { ACT_COVER } from './coverage.ts';
import { isEmpty } from './documents.ts';
import type { Stores } from './documents.ts';
import { entryTopics, toAct } from './entries.ts';
import type { PublishedAct } from './entries.ts';
import { applyHolds, findHolds, readStoredHolds } from './holds.ts';
import type { HoldFindings } from './holds.ts';
import { forEachEvent } from './positions.ts';
import { applyRevokedDevices, findRevokedDevices, readStoredDevices } from './revoked-devices.ts';
import type { DeviceFindings } from './revoked-devices.ts';
import { applyStaffActs, findStaffActs, readStoredStaff } from './staff-acts.ts';
import type { StaffFindings } from './staff-acts.ts';

/**
 * Acts that are in force until a later one ends them, and whose entries for the journal hold enough to do them again:
 * suspensions, reinstatements and removals of staff, revocations of devices, and holds. The journal has their entries already.
 */

export interface StandingActs {
  staff: StaffFindings;
  devices: DeviceFindings;
  holds: HoldFindings;
}

/** Compares the entries with the stores. Reads only. Skips empty stores, which are reported as such. */
export async function findStandingActs(parts: BackupConnections, stores: Stores, now: Date): Promise<StandingActs> {
  const acts: Record<string, PublishedAct[]> = { identity: [], documents: [] };
  const topics = entryTopics(parts.prefix).filter((one) => /\.(identity|documents)$/.test(one));
  await forEachEvent(parts, topics, (event) => {
    const act = toAct(event);
    if (act && isStanding(act)) acts[act.service]?.push(act);
  });
  const staffActs = (await isEmpty(stores, 'identity')) ? [] : acts['identity']!;
  const holdActs = (await isEmpty(stores, 'documents')) ? [] : acts['documents']!;
  // After Kafka: what a running service has committed meanwhile is no finding.
  return {
    staff: findStaffActs(await readStoredStaff(stores), staffActs),
    devices: findRevokedDevices(await readStoredDevices(stores, staffActs), staffActs, now),
    holds: findHolds(await readStoredHolds(stores, holdActs), holdActs),
  };
}

/** Whether an act decides what is in force. An invitation ends a removal, and an erasure everything. */
const isStanding = ({ service, subject, action }: PublishedAct): boolean =>
  action === 'invite-staff' ||
  (service === 'documents' && subject.startsWith('applications/') && ACT_COVER[action] === 'erased-again') ||
  (ACT_COVER[action] === 'applied-again' && !subject.startsWith('mandates/'));

/** Does the acts again that the stores lack. No service may run. */
export async function applyStandingActs(stores: Stores, { staff, devices, holds }: StandingActs): Promise<void> {
  await applyStaffActs(stores, staff);
  await applyRevokedDevices(stores, devices.unapplied);
  await applyHolds(stores, holds.unapplied);
}

/** Returns one line for each act that is not in force, of names, codes and times. @param isRepaired whether they were applied */
export const describeUnapplied = ({ staff, devices, holds }: StandingActs, isRepaired: boolean): string[] =>
  [
    ...staff.unapplied.map(({ action, operator, centre, time }) => {
      const place = centre === '' ? '' : ` at ${centre}`;
      return `operators/${operator}  ${NOUNS[action]} of ${time.toISOString()}${place}`;
    }),
    ...devices.unapplied.map(
      ({ device, operator, time }) => `devices/${device}  ${operator}  revocation of ${time.toISOString()}`,
    ),
    ...holds.unapplied.map(({ application, action, reason, time }) => {
      const noun = action === 'end-hold' ? 'end of the hold' : `hold (${reason})`;
      return `applications/${application}  ${noun} of ${time.toISOString()}`;
    }),
  ].map((line) => (isRepaired ? `applied  ${line}` : `unapplied  ${line}: run restore repair`));

/** Returns one line for each act that nothing can do again, with the reason. */
export const describeUnappliable = ({ devices, holds }: Pick<StandingActs, 'devices' | 'holds'>): string[] => [
  ...devices.missing.map(
    ({ device, operator, time }) =>
      `acts  devices/${device}  identity  ${operator}  revoke-device  last ${time.toISOString()}: ` +
      'only its lost record knows the browser: revoke the device again when it signs in',
  ),
  ...holds.missing.map(
    ({ application, reason, time }) =>
      `acts  applications/${application}  documents  hold-documents  last ${time.toISOString()}: ` +
      `its record is in no store: npm run cups -- documents hold ${application} --reason ${reason}`,
  ),
];

const NOUNS = {
  'suspend-staff': 'suspension',
  'reinstate-staff': 'reinstatement',
  'remove-staff': 'removal',
} as const;
