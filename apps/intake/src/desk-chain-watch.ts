import type { Log, Metrics } from '@cups/contracts';
import { startPeriodic } from '@cups/process';
import { coversSequence, REPORT_AFTER_MS } from './domain/desk-chain.ts';
import { addBreak } from './store/desk-chains.ts';
import type { DeskChains, StoredDeskAct } from './store/desk-chains.ts';
import type { QuarantinedActs } from './store/quarantined-acts.ts';

/** Finds acts without a line whose act before never arrived, and measures how many chains broke lately. */

const EVERY_MS = 60_000;
const RECENT_MS = 7 * 86_400_000;
/** Without a later act that reports what ended, an act is due again after this time. */
const RECHECK_MS = 86_400_000;
const BATCH_SIZE = 200;
/** Counting stops here. */
const MAX_COUNT = 10_000;
const SERVICE = { scope: 'service' } as const;

export interface DeskChainWatchOptions {
  deskChains: DeskChains;
  quarantinedActs: Pick<QuarantinedActs, 'find'>;
  log: Log;
  metrics: Metrics;
  now: () => Date;
  /** Interval of the checks, ms. @default 1 minute */
  everyMs?: number;
}

/** Starts immediately. Each replica checks. @returns a function that stops it */
export function startDeskChainWatch({ log, metrics, everyMs = EVERY_MS, ...deps }: DeskChainWatchOptions) {
  const broken = metrics.gauge(
    'intake_broken_desk_chains',
    'Chains of acts without a line that broke in the last 7 days, at most 10,000; measured each minute.',
    [],
  );
  async function check(): Promise<void> {
    await findMissing(deps);
    const since = new Date(deps.now().getTime() - RECENT_MS);
    const filter = { breakTime: { $gt: since } };
    const [count = 0] = await deps.deskChains.chains.countEach([filter], { ...SERVICE, limit: MAX_COUNT });
    broken.set(count);
  }
  return startPeriodic({
    firstMs: 0,
    everyMs,
    work: check,
    onFailure: (error) => log.warn({ event: 'desk-chain-check-failed', error }),
  });
}

type CheckDeps = Pick<DeskChainWatchOptions, 'deskChains' | 'quarantinedActs' | 'now'>;

/** Checks a batch of the acts that are due. A repeat by another replica adds at most one to a count. */
export async function findMissing(deps: CheckDeps): Promise<void> {
  const { deskChains, now } = deps;
  const time = now();
  const due = await deskChains.acts.find(
    { checkTime: { $lte: time } },
    { ...SERVICE, sort: { checkTime: 1 }, limit: BATCH_SIZE },
  );
  for (const act of due) {
    const verdict = await findVerdict(act, deps);
    const options = { ...SERVICE, cause: { eventId: 'timer:desk-chains' }, now: time };
    const recheck = { checkTime: new Date(time.getTime() + RECHECK_MS) };
    await deskChains.acts.update(act._id, options, ({ checkTime: _former, ...row }) => ({
      document: { ...row, ...(verdict === 'open' && recheck) },
      events: [],
    }));
    if (verdict !== 'missing') continue;
    const [device = '', operator = '', chain = ''] = act.chain.split('/');
    const owner = { device: `devices/${device}`, operator: `operators/${operator}`, chain };
    await addBreak(deskChains.chains, { ...act, ...owner, sequence: act.sequence - 1 }, 'act-missing', options);
  }
}

/** Only a later act, which reports what ended, shows that one is missing. Until then it may have ended on its device. */
async function findVerdict(
  act: StoredDeskAct,
  { deskChains, quarantinedActs }: CheckDeps,
): Promise<'fine' | 'open' | 'missing'> {
  const { chain, sequence, previous = '', arriveTime } = act;
  const [device = '', operator = ''] = chain.split('/');
  const [before, ended, handedIn] = await Promise.all([
    deskChains.acts.get(`${chain}/${previous}`, { ...SERVICE, projection: { sequence: 1 } }),
    deskChains.chains.get(chain, { ...SERVICE, projection: { ended: 1 } }),
    quarantinedActs.find(
      { operator: `operators/${operator}`, device: `devices/${device}`, key: previous },
      { ...SERVICE, projection: { key: 1 }, limit: 1 },
    ),
  ]);
  if (before || handedIn.length > 0 || coversSequence(ended?.ended ?? [], sequence - 1)) return 'fine';
  const reported = new Date(arriveTime.getTime() + REPORT_AFTER_MS);
  const later = await deskChains.acts.find(
    { chain, sequence: { $gt: sequence }, arriveTime: { $gt: reported } },
    { ...SERVICE, projection: { sequence: 1 }, limit: 1 },
  );
  return later.length > 0 ? 'missing' : 'open';
}
