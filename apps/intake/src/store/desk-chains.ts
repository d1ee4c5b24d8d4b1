import type { Cause, Documents, Store, StoredDocument } from '@cups/store';
import { CHAIN_BREAKS, findBreak, mergeRanges, MISSING_AFTER_MS, recordBreak } from '../domain/desk-chain.ts';
import type { ChainBreak, ChainedAct, RecordedBreak, SequenceRange } from '../domain/desk-chain.ts';

/** The acts without a line that arrived, by their chain, and what contradicted a chain. No personal data. */

/** An act that arrived. Its ID is `<chain>/<key>`. */
export interface StoredDeskAct extends StoredDocument, ChainedAct {
  /** `<device>/<operator>/<chain>`, see {@link StoredDeskChain}. */
  chain: string;
  /** centres/{code} */
  centre: string;
  /** ID of the application. */
  application: string;
  deskTime: Date;
  arriveTime: Date;
  /** When the act before must have arrived; absent once that is clear. */
  checkTime?: Date;
  /** What it contradicted. */
  brokenBy?: ChainBreak;
}

/** A chain of which something is known besides its acts. Its ID is `<device>/<operator>/<chain>`. */
export interface StoredDeskChain extends StoredDocument {
  /** devices/{id} */
  device: string;
  /** operators/{id} */
  operator: string;
  /** centres/{code} of the newest grant. */
  centre: string;
  /** Numbers of acts that come without a claim. */
  ended: SequenceRange[];
  breaks: RecordedBreak[];
  /** Of the newest break. */
  breakTime?: Date;
  /** Last change. */
  lastTime: Date;
}

export interface DeskChains {
  acts: Documents<StoredDeskAct>;
  chains: Documents<StoredDeskChain>;
}

export const openDeskChains = (store: Store): DeskChains => ({
  acts: store.documents<StoredDeskAct>({
    collection: 'deskActs',
    schema: {
      key: String,
      chain: String,
      centre: String,
      application: String,
      sequence: Number,
      previous: String,
      time: Date,
      deskTime: Date,
      arriveTime: Date,
      checkTime: Date,
      brokenBy: String,
    },
    schemaVersion: 1,
    indexes: [
      { fields: { chain: 1, sequence: 1 }, query: 'claims: the acts beside an act' },
      { fields: { chain: 1, previous: 1 }, query: 'claims: other acts with the same act before' },
      { fields: { checkTime: 1 }, sparse: true, query: 'the watch: acts whose act before is due' },
      { fields: { arriveTime: 1 }, query: 'the acts whose term is over' },
    ],
    existsReason: 'ALREADY_EXISTS',
  }),
  chains: store.documents<StoredDeskChain>({
    collection: 'deskChains',
    schema: {
      device: String,
      operator: String,
      centre: String,
      ended: [{ _id: false, from: Number, to: Number }],
      breaks: [
        {
          _id: false,
          kind: { type: String, enum: CHAIN_BREAKS },
          count: Number,
          firstTime: Date,
          lastTime: Date,
          sequence: Number,
          application: String,
          deskTime: Date,
        },
      ],
      breakTime: Date,
      lastTime: Date,
    },
    schemaVersion: 1,
    indexes: [
      { fields: { centre: 1, breakTime: -1 }, query: 'ListChainBreaks of a centre' },
      { fields: { breakTime: -1 }, sparse: true, query: 'ListChainBreaks of all centres; metrics' },
      { fields: { lastTime: 1 }, query: 'the chains whose term is over' },
    ],
    existsReason: 'ALREADY_EXISTS',
  }),
});

/** An act with its claim, as it arrives. */
export interface ArrivingAct extends ChainedAct {
  /** devices/{id} */
  device: string;
  /** operators/{id} */
  operator: string;
  /** centres/{code} */
  centre: string;
  /** UUID of the chain. */
  chain: string;
  /** ID of the application. */
  application: string;
  deskTime: Date;
  /** Numbers that the claim reports as ended. */
  ended: readonly SequenceRange[];
}

const tailOf = (name: string): string => name.slice(name.indexOf('/') + 1);
const chainIdOf = ({ device, operator, chain }: Pick<ArrivingAct, 'device' | 'operator' | 'chain'>): string =>
  `${tailOf(device)}/${tailOf(operator)}/${chain}`;

type ChainCause = Pick<Cause, 'requestId' | 'eventId' | 'traceparent'>;

/** Records an act of a chain once. @returns what it contradicts; the same for a repeat */
export async function recordAct(
  { acts, chains }: DeskChains,
  act: ArrivingAct,
  { now, cause }: { now: Date; cause: ChainCause },
): Promise<ChainBreak | undefined> {
  const { key, sequence, previous, time, centre, application, deskTime } = act;
  const chain = chainIdOf(act);
  const options = { scope: 'service', cause, now } as const;
  const _id = `${chain}/${key}`;
  const row = { _id, chain, key, sequence, centre, application, deskTime, arriveTime: now };
  const optional = {
    ...(previous === undefined ? {} : { previous, checkTime: new Date(now.getTime() + MISSING_AFTER_MS) }),
    ...(time && { time }),
  };
  if ((await acts.createMissing([{ ...row, ...optional }], options)) === 0)
    return (await acts.get(_id, { scope: 'service', projection: { brokenBy: 1 } }))?.brokenBy;
  if (act.ended.length > 0)
    await changeChain(chains, act, options, (found) => ({
      ...found,
      ended: mergeRanges([...found.ended, ...act.ended]),
    }));
  // Read after the insert: of two acts that arrive at the same time, one at least sees the other.
  const brokenBy = findBreak(act, await findNeighbours(acts, chain, act));
  if (brokenBy === undefined) return undefined;
  await acts.update(_id, options, (found) => ({ document: { ...found, brokenBy }, events: [] }));
  await addBreak(chains, act, brokenBy, options);
  return brokenBy;
}

/** Adds a break to a chain. */
export function addBreak(
  chains: Documents<StoredDeskChain>,
  act: Omit<ArrivingAct, 'key' | 'ended'>,
  kind: ChainBreak,
  options: { cause: ChainCause; now: Date },
): Promise<void> {
  const { sequence, application, deskTime } = act;
  return changeChain(chains, act, options, (found) => ({
    ...found,
    breaks: recordBreak(found.breaks, { kind, sequence, application, deskTime }, options.now),
    breakTime: options.now,
  }));
}

async function changeChain(
  chains: Documents<StoredDeskChain>,
  { device, operator, centre, chain }: Pick<ArrivingAct, 'device' | 'operator' | 'centre' | 'chain'>,
  { cause, now }: { cause: ChainCause; now: Date },
  change: (found: StoredDeskChain) => StoredDeskChain,
): Promise<void> {
  const _id = chainIdOf({ device, operator, chain });
  const initial = { _id, device, operator, centre, ended: [], breaks: [], lastTime: now };
  await chains.update(_id, { scope: 'service', cause, now, initial }, (found) => ({
    document: { ...change(found), centre, lastTime: now },
    events: [],
  }));
}

/** Returns the acts that one may contradict: beside it, with its act before, and the nearest with a time on both sides. */
async function findNeighbours(
  acts: Documents<StoredDeskAct>,
  chain: string,
  { sequence, previous }: ChainedAct,
): Promise<StoredDeskAct[]> {
  const projection = { key: 1, sequence: 1, previous: 1, time: 1 } as const;
  const sound = { chain, brokenBy: { $exists: false } };
  const timed = { ...sound, time: { $exists: true } };
  const read = (filter: object, sort: Record<string, 1 | -1>, limit: number) =>
    acts.find(filter, { scope: 'service', projection, sort, limit });
  const found = await Promise.all([
    read({ ...sound, sequence: { $gte: sequence - 1, $lte: sequence + 1 } }, { sequence: 1 }, 10),
    previous === undefined ? [] : read({ ...sound, previous }, { previous: 1 }, 3),
    read({ ...timed, sequence: { $lt: sequence } }, { sequence: -1 }, 1),
    read({ ...timed, sequence: { $gt: sequence } }, { sequence: 1 }, 1),
  ]);
  return found.flat();
}

/** Maximum number of listed chains. */
const MAX_LISTED_CHAINS = 200;

/** Returns the chains with a break, the newest break first. @param centres all if undefined */
export const listBrokenChains = (
  chains: Documents<StoredDeskChain>,
  centres: readonly string[] | undefined,
): Promise<StoredDeskChain[]> =>
  chains.find(
    { breakTime: { $gt: new Date(0) } },
    { scope: centres ? { centre: centres } : 'platform', sort: { breakTime: -1 }, limit: MAX_LISTED_CHAINS },
  );
