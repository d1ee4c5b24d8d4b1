import type { FleetRecord, FoundApplication, FoundDocument, TakenScan, TakenWrite } from './fleet-record.ts';

/** The rules that a fleet run must keep. Each rule has a test in which it is broken. */

export interface FleetViolation {
  rule: FleetRule;
  what: string;
}

type Rule = (record: FleetRecord) => string[];

/** Kinds of writes that are no row of the history under their own request. */
const WITHOUT_ROW: readonly string[] = ['create', 'edit', 'mandates'];

const describeWrite = ({ desk, sequence, kind, application }: TakenWrite): string =>
  `desk ${desk}, act ${sequence}: ${kind} of ${application}`;

const isDue = ({ refusal }: TakenWrite): boolean => refusal === undefined;

const byId = ({ applications }: FleetRecord): ReadonlyMap<string, FoundApplication> =>
  new Map(applications.map((application) => [application.id, application]));

/** A run that took nothing, or had no fault, proves nothing. */
const checkCoverage: Rule = ({ taken, receipts, chains, faults }) =>
  Object.entries({
    'acts without a line': taken.filter(({ isOffline }) => isOffline).length,
    receipts: receipts.length,
    'checked places in a chain': chains.acts,
    'cut lines': faults['line'] ?? 0,
    'power cuts or killed browsers': (faults['power-cut'] ?? 0) + (faults['kill'] ?? 0),
  }).flatMap(([what, count]) => (count > 0 ? [] : [`no ${what}`]));

const checkNothingLost: Rule = (record) => {
  const found = byId(record);
  return record.taken.filter(isDue).flatMap((write) => {
    const application = found.get(write.application);
    if (!application) return [`${describeWrite(write)}: the application is missing`];
    return hasEffect(write, application, record.mandates) ? [] : [describeWrite(write)];
  });
};

function hasEffect(
  { key, kind, text }: TakenWrite,
  found: FoundApplication,
  mandates: FleetRecord['mandates'],
): boolean {
  switch (kind) {
    case 'create':
      return found.createdBy === key;
    case 'mandates':
      return text !== undefined && mandates.has(text);
    case 'edit':
      return found.contact === text;
    case 'notes':
      return text !== undefined && found.notes.includes(text);
    default:
      return found.history.some(({ cause }) => cause === key);
  }
}

const checkNothingDoubled: Rule = ({ applications, taken }) => {
  const keys = new Map(taken.map((write) => [write.key, write]));
  const texts = new Set(taken.flatMap(({ text }) => text ?? []));
  return applications.flatMap(({ id, history, notes }) => [
    ...countAbove(history.map(({ cause, kind }) => `${kind} ${cause}`)).map(([row]) =>
      keys.has(row.split(' ')[1]!) ? `${id}: ${row} is recorded twice` : `${id}: ${row}`,
    ),
    ...countAbove(notes.filter((note) => texts.has(note))).map(([note]) => `${id}: the note "${note}" twice`),
  ]);
};

/** Returns the values that occur more than once, with their number. */
function countAbove(values: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > 1);
}

/** The platform recorded the acts of one desk on one application in the order in which they were made. */
const checkOrder: Rule = ({ applications, taken }) => {
  const numbered = taken.filter(({ wasUnstored }) => !wasUnstored);
  const sequences = new Map(numbered.map(({ key, desk, sequence }) => [key, { desk, sequence }]));
  return applications.flatMap(({ id, history }) => {
    const last = new Map<number, number>();
    return history.flatMap(({ cause, kind }) => {
      const act = sequences.get(cause);
      if (!act) return [];
      const before = last.get(act.desk) ?? 0;
      last.set(act.desk, act.sequence);
      // One act may have several rows.
      return act.sequence >= before ? [] : [`${id}: ${kind}, act ${act.sequence} after ${before}`];
    });
  });
};

/** A receipt is a promise to the person: its number finds the application, and the application was filed. */
const checkReceipts: Rule = (record) => {
  const found = byId(record);
  const tracked = new Map(record.tracked.map(({ trackingNumber, application }) => [trackingNumber, application]));
  return record.receipts.flatMap(({ desk, application, trackingNumber }) => {
    const stored = found.get(application);
    if (!stored) return [`desk ${desk}: ${application} has a receipt and is missing`];
    if (stored.trackingNumber !== trackingNumber)
      return [`desk ${desk}: the receipt of ${application} has another number`];
    if (stored.state === 'draft') return [`desk ${desk}: ${application} has a receipt and was not filed`];
    return tracked.get(trackingNumber) === application
      ? []
      : [`desk ${desk}: the number of ${application} finds nothing`];
  });
};

/** States of a document whose bytes the platform has. */
const ARRIVED: readonly string[] = ['checking', 'ready'];

/** The application names a document with the bytes of the scan, and no other document has them. */
const checkScans: Rule = (record) => {
  const found = byId(record);
  const documents = Map.groupBy(record.documents, ({ sha256 }) => sha256);
  // A refused edit names no scan, and a clerk decided about it.
  const unnamed = new Set(
    record.taken.filter(({ kind, refusal }) => kind === 'edit' && refusal).map(({ application }) => application),
  );
  return record.scans.flatMap((scan) => {
    const application = found.get(scan.application);
    // What became of the application is another rule's.
    if (!application || unnamed.has(scan.application)) return [];
    const all = documents.get(scan.sha256) ?? [];
    const arrived = all.filter(({ state }) => ARRIVED.includes(state));
    const named = arrived.filter(({ name }) => application.copies.includes(name));
    if (named.length === 0) return [`${describeScan(scan)} did not arrive: ${describeDocuments(all, application)}`];
    return arrived.length > 1 ? [`${describeScan(scan)} arrived ${arrived.length} times`] : [];
  });
};

const describeScan = ({ desk, application }: TakenScan): string => `desk ${desk}: a scan of ${application}`;

const describeDocuments = (documents: readonly FoundDocument[], { copies }: FoundApplication): string =>
  documents.map(({ name, state }) => `${state}, ${copies.includes(name) ? 'named' : 'not named'}`).join('; ') ||
  'no document has its bytes';

const checkDecided: Rule = ({ taken }) =>
  taken
    .filter(({ refusal, isDecided }) => refusal !== undefined && !isDecided)
    .map((write) => `${describeWrite(write)}: ${write.refusal}, and nobody decided`);

/** Only what a colleague did may contradict a desk: acts on an ended application, and edits of a changed draft. */
const checkRefusals: Rule = (record) => {
  const found = byId(record);
  const keys = new Set(record.taken.map(({ key }) => key));
  const isChangedByColleague = (application: string) =>
    found.get(application)?.history.some(({ cause }) => !keys.has(cause)) ?? false;
  return record.taken
    .filter(({ refusal }) => refusal !== undefined)
    .filter(({ kind, refusal, application }) => {
      if (refusal === 'ETAG_STALE') return kind !== 'edit' || !isChangedByColleague(application);
      return refusal !== 'ACTION_NOT_ALLOWED' || kind === 'create' || kind === 'mandates';
    })
    .map((write) => `${describeWrite(write)}: ${write.refusal}`);
};

const checkNothingWaits: Rule = ({ waiting }) =>
  waiting
    .filter(({ writes, scans }) => writes + scans > 0)
    .map(({ desk, writes, scans }) => `desk ${desk}: ${writes} writes, ${scans} scans`);

/** An act without a line has its desk time in the history. */
const checkDeskTimes: Rule = (record) => {
  const found = byId(record);
  return record.taken
    .filter((write) => write.isOffline && !write.wasUnstored && isDue(write) && !WITHOUT_ROW.includes(write.kind))
    .flatMap((write) => {
      const row = found.get(write.application)?.history.find(({ cause }) => cause === write.key);
      if (!row) return [];
      if (!row.deskTime) return [`${describeWrite(write)}: no desk time`];
      return row.deskTime.isBounded ? [] : [`${describeWrite(write)}: its desk time is not bounded`];
    });
};

/** Cuts, delays, lost answers, power cuts and full disks contradict no chain. */
const checkChains: Rule = ({ chains }) => chains.breaks;

/** In report order. */
export const FLEET_RULES = {
  'the run is not empty': checkCoverage,
  'nothing lost': checkNothingLost,
  'nothing doubled': checkNothingDoubled,
  'in order for each application': checkOrder,
  'every printed receipt is found': checkReceipts,
  'every scan arrives once': checkScans,
  'every refusal is decided': checkDecided,
  'refusals have a cause': checkRefusals,
  'nothing waits': checkNothingWaits,
  'desk times are bounded': checkDeskTimes,
  'no chain of acts is broken': checkChains,
} satisfies Record<string, Rule>;
export type FleetRule = keyof typeof FLEET_RULES;

/** Returns every violation that a record shows. */
export const checkFleet = (record: FleetRecord): FleetViolation[] =>
  (Object.keys(FLEET_RULES) as FleetRule[]).flatMap((rule) =>
    FLEET_RULES[rule](record).map((what) => ({ rule, what })),
  );
