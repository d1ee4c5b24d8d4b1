import { afterAll, expect, test } from '@jest/globals';
import { checkFleet } from '@cups/fleet/fleet-checker';
import type { FleetRecord } from '@cups/fleet/fleet-record';
import { readApplications, readChains, readMandates, trackReceipts } from '@cups/fleet/observe';
import { BROWSER_FAULTS, BrowserClerk } from '../browser-clerk.ts';
import { findByNumber } from '../conflicts.ts';
import { readSetupVariable } from '../test-env.ts';

/** The part of the fleet that runs in real browsers. The same checker reads what they did. */

const OPERATORS = ['cu-009-specialist', 'cu-010-specialist', 'cu-013-specialist'];

const clerks: BrowserClerk[] = [];
afterAll(() => Promise.all(clerks.map((clerk) => clerk.remove())));

test('three browsers that are cut off and killed lose, double and reorder nothing', async () => {
  clerks.push(...OPERATORS.map((operator, number) => new BrowserClerk(number, operator)));
  await Promise.all(clerks.map(({ line }) => line.signIn()));
  await Promise.all(
    clerks.map(async (clerk, number) => {
      // Each begins with another fault.
      const faults = [...BROWSER_FAULTS.slice(number), ...BROWSER_FAULTS.slice(0, number)];
      for (const fault of faults) await clerk.play(fault);
    }),
  );
  const record = await readRecord();
  expect(record.receipts).toHaveLength(OPERATORS.length * BROWSER_FAULTS.length);
  expect(checkFleet(record)).toEqual([]);
}, 600_000);

/** Reads what the platform has of the applications, and who is in them. */
async function readRecord(): Promise<FleetRecord> {
  const store = { mongoUri: readSetupVariable('CUPS_DESK_STORE'), prefix: readSetupVariable('CUPS_DESK_PREFIX') };
  const lines = clerks.map(({ line }) => line);
  const ids = new Map<string, string>();
  for (const [number, clerk] of clerks.entries())
    for (const { trackingNumber, familyName } of clerk.applications) {
      const found = await findByNumber(trackingNumber, OPERATORS[number]);
      expect(found).toMatchObject([{ applicant: { familyName } }]);
      ids.set(trackingNumber, found[0]!.id);
    }
  const taken = clerks.flatMap((clerk) => clerk.taken);
  const receipts = clerks.flatMap((clerk) => clerk.receipts((number) => ids.get(number)!));
  const faults = { line: sum('line'), kill: sum('kill') };
  return {
    taken,
    receipts,
    faults,
    scans: [],
    documents: [],
    waiting: [],
    mandates: await readMandates(store),
    applications: await readApplications(store, { taken, receipts }, lines),
    tracked: await trackReceipts({ receipts }, lines),
    chains: await readChains(
      store,
      clerks.flatMap(({ devices }) => [...devices]),
    ),
  };
}

const sum = (fault: string): number => clerks.reduce((count, { faults }) => count + (faults[fault] ?? 0), 0);
