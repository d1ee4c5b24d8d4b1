import { setTimeout as pause } from 'node:timers/promises';
import { createRandom } from '@cups/chaos/plan';
import { fileableAt, listActiveCentres, simulatedServices } from '@cups/tools/filings';
import type { Platform } from '@cups/tools/platform';
import { openDeskBooks } from './desk-books.ts';
import { checkFleet } from './fleet-checker.ts';
import type { FleetViolation } from './fleet-checker.ts';
import type { FleetRecord } from './fleet-record.ts';
import { SimulatedLine, withPatience } from './line.ts';
import { readApplications, readChains, readMandates, trackReceipts } from './observe.ts';
import { planFleet } from './plan.ts';
import type { FleetOptions } from './plan.ts';
import { SimulatedDesk } from './simulated-desk.ts';

/** Runs a fleet of simulated desks against a platform, and checks that nothing was lost, doubled or reordered. */

export interface FleetRunOptions extends FleetOptions {
  /** Real seconds in which the hours pass. */
  seconds: number;
  /** Maximum seconds in which the desks send what waits, once they have a line again. */
  settleSeconds: number;
  signal: AbortSignal;
  onProgress: (line: string) => void;
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
    await Promise.all(desks.map((desk) => desk.play(msPerHour, signal))).finally(() => clearInterval(ticker));
    onProgress('all lines are back; the desks send what waits');
    const begun = performance.now();
    const waiting = await Promise.all(
      desks.map(async (desk, n) => ({ desk: n, writes: await desk.settle(settleSeconds * 1_000, signal) })),
    );
    const settledAfterSeconds = Math.round((performance.now() - begun) / 1_000);
    await pause(0);
    onProgress('reading what the platform has');
    const record: FleetRecord = {
      ...books.record,
      waiting,
      applications: await readApplications(platform, books.record, lines),
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

async function openDesks(
  { url }: Platform,
  options: FleetRunOptions,
  books: ReturnType<typeof openDeskBooks>,
): Promise<{ lines: SimulatedLine[]; desks: SimulatedDesk[] }> {
  const { seed } = options;
  const centres = await listActiveCentres(url);
  const services = await simulatedServices(url);
  const lines: SimulatedLine[] = [];
  const desks: SimulatedDesk[] = [];
  for (const plan of planFleet(options)) {
    // Several desks share a centre when there are more desks than centres.
    const centre = centres[plan.desk % centres.length]!;
    const code = centre.code.toLowerCase();
    const random = createRandom(`${seed} line ${plan.desk}`);
    const line = new SimulatedLine({ url, operator: `${code}-specialist`, random });
    const colleague = new SimulatedLine({ url, operator: `${code}-manager`, random });
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
  const { taken, receipts, applications, faults } = record;
  const refusals: Record<string, number> = {};
  for (const { kind, refusal } of taken)
    if (refusal !== undefined) refusals[`${kind}: ${refusal}`] = (refusals[`${kind}: ${refusal}`] ?? 0) + 1;
  return {
    ...run,
    writes: taken.length,
    offlineWrites: taken.filter(({ isOffline }) => isOffline).length,
    applications: applications.length,
    receipts: receipts.length,
    refusals,
    faults,
    violations: checkFleet(record),
  };
}
