import { setTimeout as pause } from 'node:timers/promises';
import { injectFaults } from '@cups/chaos/faults';
import { createRandom, planFaults } from '@cups/chaos/plan';
import type { FaultTarget, PlannedFault } from '@cups/chaos/plan';
import { fileableAt, listActiveCentres, simulatedServices } from '@cups/tools/filings';
import type { Platform } from '@cups/tools/platform';
import { openDeskBooks } from './desk-books.ts';
import type { DeskBooks } from './desk-books.ts';
import { checkFleet } from './fleet-checker.ts';
import type { FleetViolation } from './fleet-checker.ts';
import type { FleetRecord } from './fleet-record.ts';
import { SimulatedLine, withPatience } from './line.ts';
import { readApplications, readChains, readDocuments, readMandates, trackReceipts } from './observe.ts';
import { planFleet } from './plan.ts';
import type { DeskPlan, FleetOptions } from './plan.ts';
import { SimulatedDesk } from './simulated-desk.ts';

/** Runs a fleet of simulated desks against a platform, and checks that nothing was lost, doubled or reordered. */

/** Services between a desk and its acknowledgement. Each is killed in its turn, and starts again some seconds later. */
const MORTAL_SERVICES: readonly FaultTarget[] = ['gateway', 'intake', 'identity', 'catalog', 'documents'];
/** The platform loses a service while all desks send at once. */
const KILL_AT_RETURN: PlannedFault = { at: 1, seconds: 2, kind: 'kills', target: 'intake' };

export interface FleetRunOptions extends FleetOptions {
  /** Real seconds in which the hours pass. */
  seconds: number;
  /** Maximum seconds in which the desks send what waits, once they have a line again. */
  settleSeconds: number;
  signal: AbortSignal;
  onProgress: (line: string) => void;
  /** What happens at each desk. @default planned from the seed */
  plans?: readonly DeskPlan[];
}

export interface FleetReport {
  seed: string;
  desks: number;
  hours: number;
  seconds: number;
  /** Writes that the desks took, and those of them made without a line. */
  writes: number;
  offlineWrites: number;
  applications: number;
  receipts: number;
  /** Scans that the desks stored, and those of them made without a line. */
  scans: number;
  offlineScans: number;
  refusals: Record<string, number>;
  /** The first explanation of each of these, with its status. */
  explanations: Record<string, string>;
  faults: Record<string, number>;
  settledAfterSeconds: number;
  violations: FleetViolation[];
}

/** @throws Error if there are fewer centres than desks */
export async function runFleet(platform: Platform, options: FleetRunOptions): Promise<FleetReport> {
  const { seed, desks: count, hours, seconds, settleSeconds, signal, onProgress } = options;
  const books = openDeskBooks();
  const { lines, desks } = await openDesks(platform, options, books);
  try {
    await Promise.all(desks.map((desk) => desk.start()));
    onProgress(`${count} desks are open; ${hours} hours pass in ${seconds} s`);
    const ticker = setInterval(() => onProgress(`  ${books.record.taken.length} writes taken`), 5_000);
    const msPerHour = (seconds * 1_000) / hours;
    const playing = Promise.all(desks.map((desk) => desk.play(msPerHour, signal)));
    const kills = planFaults({ seed, seconds, only: ['kills'], targets: MORTAL_SERVICES });
    await whileServicesDie(platform, options, { work: playing, plan: kills, books }).finally(() =>
      clearInterval(ticker),
    );
    onProgress('all lines are back; the desks send what waits');
    const begun = performance.now();
    const settling = Promise.all(
      desks.map(async (desk, n) => ({ desk: n, ...(await desk.settle(settleSeconds * 1_000, signal)) })),
    );
    const waiting = await whileServicesDie(platform, options, { work: settling, plan: [KILL_AT_RETURN], books });
    const settledAfterSeconds = Math.round((performance.now() - begun) / 1_000);
    await pause(0);
    onProgress('reading what the platform has');
    const record: FleetRecord = {
      ...books.record,
      waiting,
      applications: await readApplications(platform, books.record, lines),
      documents: await readDocuments(platform),
      mandates: await readMandates(platform),
      tracked: await trackReceipts(books.record, lines),
      chains: await readChains(platform),
    };
    return toReport(record, {
      seed,
      desks: count,
      hours,
      seconds,
      settledAfterSeconds,
      explanations: books.explanations,
    });
  } finally {
    desks.forEach((desk) => desk.stop());
  }
}

/** Waits for the desks, and until every service runs again. @throws Error if one did not start */
async function whileServicesDie<T>(
  platform: Platform,
  { signal, onProgress }: FleetRunOptions,
  { work, plan, books }: { work: Promise<T>; plan: readonly PlannedFault[]; books: DeskBooks },
): Promise<T> {
  const [result, { done, failures }] = await Promise.all([work, injectFaults({ platform, plan, signal, onProgress })]);
  if (failures.length > 0) throw new Error(`A service did not start again: ${failures.join(', ')}`);
  for (let kill = 0; kill < done.kills; kill += 1) books.countFault('killed service');
  return result;
}

async function openDesks(
  { url }: Platform,
  options: FleetRunOptions,
  books: DeskBooks,
): Promise<{ lines: SimulatedLine[]; desks: SimulatedDesk[] }> {
  const { seed } = options;
  const centres = await listActiveCentres(url);
  const services = await simulatedServices(url);
  const lines: SimulatedLine[] = [];
  const desks: SimulatedDesk[] = [];
  for (const plan of options.plans ?? planFleet(options)) {
    // Several desks share a centre when there are more desks than centres.
    const centre = centres[plan.desk % centres.length]!;
    const code = centre.code.toLowerCase();
    const random = createRandom(`${seed} line ${plan.desk}`);
    // As behind the router of a centre: limits by address are those of its desks alone.
    const localAddress = `127.0.1.${(plan.desk % centres.length) + 1}`;
    const line = new SimulatedLine({ url, operator: `${code}-specialist`, random, localAddress });
    const colleague = new SimulatedLine({ url, operator: `${code}-manager`, random, localAddress });
    await withPatience(() => line.signIn());
    await withPatience(() => colleague.signIn());
    lines.push(line);
    desks.push(
      new SimulatedDesk(plan, { line, colleague, centre, services: fileableAt(services, centre), books }, seed),
    );
  }
  return { lines, desks };
}

function toReport(
  record: FleetRecord,
  run: Pick<FleetReport, 'seed' | 'desks' | 'hours' | 'seconds' | 'settledAfterSeconds' | 'explanations'>,
): FleetReport {
  const { taken, receipts, scans, applications, faults } = record;
  const refusals: Record<string, number> = {};
  for (const { kind, refusal } of taken)
    if (refusal !== undefined) refusals[`${kind}: ${refusal}`] = (refusals[`${kind}: ${refusal}`] ?? 0) + 1;
  return {
    ...run,
    writes: taken.length,
    offlineWrites: taken.filter(({ isOffline }) => isOffline).length,
    applications: applications.length,
    receipts: receipts.length,
    scans: scans.length,
    offlineScans: scans.filter(({ isOffline }) => isOffline).length,
    refusals,
    faults,
    violations: checkFleet(record),
  };
}
