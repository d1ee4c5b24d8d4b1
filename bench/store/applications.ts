import type mongoose from 'mongoose';

/** Applications of 3 KB with the indexes of intake, for benchmarks of the store alone. */

export const CENTRE = 'centres/CU-001';
export const MINUTE = 60_000;
export const START = Date.UTC(2026, 0, 1);

/** An application as intake stores it; only the fields that indexes or reads use. */
export type Application = { _id: string } & Record<string, unknown>;
export type Applications = mongoose.mongo.Collection<Application>;

/** The indexes of intake's applications, with those of every collection of documents. */
const INDEXES: { fields: Record<string, 1 | -1>; unique?: boolean; sparse?: boolean }[] = [
  { fields: { createRequest: 1 }, unique: true, sparse: true },
  { fields: { 'outbox.time': 1 }, sparse: true },
  { fields: { 'timer.due': 1 }, sparse: true },
  { fields: { trackingNumber: 1 }, unique: true },
  { fields: { centre: 1, _id: -1 } },
  { fields: { centre: 1, state: 1, _id: -1 } },
  { fields: { centre: 1, 'content.applicant.idnp': 1, _id: -1 } },
  { fields: { centre: 1, 'content.represented.idnp': 1, _id: -1 } },
  { fields: { centre: 1, names: 1, _id: -1 } },
  { fields: { centre: 1, 'queue.stage': 1, 'queue.since': 1, _id: 1 } },
  { fields: { centre: 1, 'queue.actionDate': 1, _id: 1 } },
  { fields: { centre: 1, 'queue.agencyUpdateTime': 1, _id: 1 } },
  { fields: { centre: 1, 'queue.deadline': 1, _id: 1 } },
  { fields: { centre: 1, 'queue.notifySince': 1, _id: 1 } },
  { fields: { centre: 1, assignee: 1, 'queue.since': 1, _id: 1 } },
  { fields: { centre: 1, 'queue.since': 1, _id: 1 } },
  { fields: { centre: 1, updateTime: 1, _id: 1 } },
  { fields: { centre: 1, submitTime: 1 } },
  { fields: { uncounted: 1 }, sparse: true },
  { fields: { schemaVersion: 1 } },
];

export const idOf = (n: number): string => `A${String(n).padStart(10, '0')}`;

/** Returns the centre of an application: the first ones are at one centre, the others at 85. */
export const centreOf = (n: number, atCentre: number): string =>
  n < atCentre ? CENTRE : `centres/CU-${String(2 + (n % 85)).padStart(3, '0')}`;

/** One in five is closed; the others are in a queue. A name has a hash shared by 1 in 500 and by 1 in 5,000. */
export function createApplication(n: number, atCentre: number): Application {
  const time = new Date(START + n * MINUTE);
  const isOpen = n % 5 > 0;
  return {
    _id: idOf(n),
    centre: centreOf(n, atCentre),
    state: isOpen ? 'submitted' : 'closed',
    schemaVersion: 4,
    trackingNumber: `T${n}`,
    createRequest: `R${n}`,
    content: { applicant: { idnp: `2900${String(n % 150_000).padStart(9, '0')}` }, text: 'ș'.repeat(1_000) },
    names: [`abc${n % 500}`, `abcde${n % 5_000}`],
    queue: isOpen
      ? { stage: ['new', 'ready', 'returned'][n % 3], since: time, deadline: time.toISOString().slice(0, 10) }
      : {},
    assignee: `operators/${n % 10}`,
    updateTime: time,
    submitTime: time,
    history: Array.from({ length: 5 }, (_, at) => ({ kind: `kind-${at}`, time, actor: 'operators/1' })),
  };
}

export async function createIndexes(applications: Applications): Promise<void> {
  await applications.createIndexes(
    INDEXES.map(({ fields, ...options }) => ({
      key: fields,
      name: Object.entries(fields).flat().join('_'),
      ...options,
    })),
  );
}
