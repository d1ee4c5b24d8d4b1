import { REPLY_TYPES } from '@cups/agency-contract';
import type { AgencyApiServer } from '../api/agency-api-server.ts';
import { Finding, ScenarioSkipped } from './finding.ts';
import type { Scenario } from './scenario.ts';
import type { TestBench } from './test-bench.ts';

/** Scenarios of the agency API: copies are fetched and verified, results are uploaded. */

const SCAN = Buffer.from('%PDF-1.4\n% A synthetic scan of the conformance kit.\n');
const OTHER_SCAN = Buffer.from('%PDF-1.4\n% Not what the platform announced.\n');

function requireApi({ api }: TestBench): AgencyApiServer {
  if (!api) throw new ScenarioSkipped('give --api-port and --api-key to play it');
  return api;
}

/** Files an application with a copy, and waits until the agency has fetched it. */
async function fileWithCopy(bench: TestBench, api: AgencyApiServer, announced: Buffer) {
  const copy = api.publish(SCAN, announced);
  const filing = bench.file({ evidence: [{ kind: 'identity-document', originalSeen: true, ...copy }] });
  await bench.send(filing.submitted());
  await bench.waitUntil(`GET ${copy.copy}`, 'FETCH', () => api.isFetched(copy.copy) || undefined);
  return filing;
}

const copies: Scenario = {
  name: 'copies',
  title: 'Scanned copies are fetched, and an application with a wrong copy is not decided',
  async play(bench) {
    const api = requireApi(bench);
    const good = await fileWithCopy(bench, api, SCAN);
    await bench.awaitDecision(good, 'DECIDE');
    const bad = await fileWithCopy(bench, api, OTHER_SCAN);
    // A later application of the same partition is decided first if the agency waits because of the copy.
    const later = bench.file({}, bad);
    await bench.send(later.submitted());
    await bench.awaitDecision(later, 'DECIDE');
    const [wrong] = bench.repliesOfType(bad, REPLY_TYPES.decided);
    if (wrong)
      throw new Finding('VERIFY', 'An application was decided although the digest of its copy differs.', wrong);
    await bench.send(bad.withdrawn());
  },
};

const results: Scenario = {
  name: 'results',
  title: 'Documents of a result are uploaded for the delivery before the decision names them',
  async play(bench) {
    const api = requireApi(bench);
    const filing = bench.file({ delivery: { kind: 'electronic' } });
    await bench.send(filing.submitted());
    const decision = await bench.awaitDecision(filing, 'DECIDE');
    const named = decision.event.data.result?.documents ?? [];
    if (named.length === 0) throw new ScenarioSkipped('your system names no documents of results, which is allowed');
    const isUploaded = named.every((id) => api.isResultOf(id, filing.deliveryId));
    if (!isUploaded) throw new Finding('RESULT_DOCUMENT_INVALID', 'A named document was not uploaded.', decision);
  },
};

export const DOCUMENT_SCENARIOS: Scenario[] = [copies, results];
