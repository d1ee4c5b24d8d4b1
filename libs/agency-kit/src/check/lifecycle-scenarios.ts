import { REPLY_TYPES, textHeaders } from '@cups/agency-contract';
import type { Filing } from '../filing.ts';
import type { EvaluatedReply } from '../platform.ts';
import { Finding, ScenarioSkipped } from './finding.ts';
import type { Scenario } from './scenario.ts';
import { assertSingleEffect } from './single-effect.ts';
import type { TestBench } from './test-bench.ts';

/** Scenarios of the delivery lifecycle: decided, documents requested, corrected, reminded, withdrawn, expired and others. */

const { acknowledged, decided, documentsRequested, messageSent } = REPLY_TYPES;
/** Without documents, an agency is expected to request some. */
const NO_EVIDENCE = { evidence: [] };

/** Files an application and waits for its acknowledgement and decision. */
export async function decide(bench: TestBench, filing: Filing): Promise<EvaluatedReply> {
  await bench.send(filing.submitted());
  await bench.awaitReply(filing, acknowledged, 'ACKNOWLEDGE');
  return bench.awaitDecision(filing, 'DECIDE');
}

/** Requires at the end that no reply about the application followed. */
function assertNoFurtherReplies(bench: TestBench, filing: Filing): void {
  const before = new Set(bench.repliesAbout(filing).map(({ evaluation }) => evaluation.id));
  bench.deferCheck(() => {
    const late = bench.repliesAbout(filing).find(({ evaluation }) => !before.has(evaluation.id));
    if (late) throw new Finding('STOP', 'A reply followed after the agency had read that the application ended.', late);
  });
}

/** Requires that each reply carries the ce_id and ce_correlationid of one of the requests. */
function assertCausation(bench: TestBench, filing: Filing): void {
  const requests = new Map(filing.requests.map((request) => [request.id, request]));
  for (const reply of bench.repliesAbout(filing)) {
    const { event } = reply.evaluation;
    const request = requests.get(event?.causationid ?? '');
    if (!request) throw new Finding('CAUSATION', 'A reply does not carry the ce_id of its request.', reply);
    if (event?.correlationid !== request.correlationid)
      throw new Finding('CAUSATION', 'A reply does not carry the ce_correlationid of its request.', reply);
  }
}

/**
 * Requires that no IDNP is in a key, a header or an agencyReference. The finding names no message: its ce_id may be
 * an IDNP.
 */
function assertNoIdnp(bench: TestBench, filing: Filing): void {
  const idnps = JSON.stringify(filing.requests[0]).match(/(?<=:")\d{13}(?=")/g) ?? [];
  for (const { message, evaluation } of bench.repliesAbout(filing)) {
    const { agencyReference = '' } = (evaluation.event?.data ?? {}) as { agencyReference?: string };
    const texts = { agencyReference, key: String(message.key), ...textHeaders(message.headers) };
    const field = Object.entries(texts).find(([, text]) => idnps.some((idnp) => text.includes(idnp)))?.[0];
    if (field) throw new Finding('PERSONAL_DATA', `An IDNP of the application is in ${field} of a reply.`);
  }
}

const decides: Scenario = {
  name: 'decides',
  title: 'An application is acknowledged and decided',
  async play(bench) {
    const filing = bench.file();
    await decide(bench, filing);
    assertCausation(bench, filing);
    assertNoIdnp(bench, filing);
  },
};

/**
 * Files an application without documents.
 * @returns the agency's request
 * @throws ScenarioSkipped if it decides without one
 */
async function awaitDocumentsRequest(bench: TestBench, filing: Filing) {
  await bench.send(filing.submitted());
  const request = await bench.waitUntil(`documentsRequested or decided of ${filing.application}`, 'DECIDE', () => {
    if (bench.repliesOfType(filing, decided).length > 0) {
      throw new ScenarioSkipped('your system decides an application without requesting documents');
    }
    return bench.repliesOfType(filing, documentsRequested)[0];
  });
  const today = new Date().toISOString().slice(0, 10);
  if (request.event.data.answerBy <= today) {
    throw new Finding('ASK_ONCE', 'answerBy is not in the future.', request);
  }
  return request;
}

const documents: Scenario = {
  name: 'documents',
  title: 'Documents are requested once, and the decision follows when they are supplied',
  async play(bench) {
    const filing = bench.file(NO_EVIDENCE);
    const request = await awaitDocumentsRequest(bench, filing);
    const kinds = request.event.data.documents.map(({ kind }) => kind);
    await bench.send(filing.documentsSupplied(request.event.id, kinds));
    const decision = await bench.awaitReply(filing, decided, 'ASK_ONCE');
    assertCausation(bench, filing);
    const supplied = filing.requests.at(-1)!;
    if (decision.event.causationid !== supplied.id)
      throw new Finding(
        'CAUSATION',
        'A decision does not carry the ce_id of application.documents-supplied.',
        decision,
      );
    const misnumbered = bench
      .repliesOfType(filing, acknowledged)
      .find((reply, index) => index > 0 && reply.event.data.submission === 1);
    if (misnumbered) throw new Finding('SUBMISSION', 'Submission 2 was acknowledged as submission 1.', misnumbered);
    if (decision.event.data.submission === 1)
      throw new Finding('SUBMISSION', 'A decision names submission 1, though submission 2 was sent.', decision);
    bench.deferCheck(() => {
      const [, second] = bench.repliesOfType(filing, documentsRequested);
      if (second) throw new Finding('ASK_ONCE', 'The supplied documents were requested again.', second);
    });
  },
};

const corrected: Scenario = {
  name: 'corrected',
  title: 'A correction is acknowledged, and the decision follows (only by --scenario, for acceptsCorrections)',
  isOnRequest: true,
  async play(bench) {
    const filing = bench.file();
    await bench.send(filing.submitted());
    await bench.awaitReply(filing, acknowledged, 'ACKNOWLEDGE');
    await bench.send(filing.corrected());
    await bench.waitUntil(`acknowledged of submission 2 of ${filing.application}`, 'SUBMISSION', () =>
      bench.repliesOfType(filing, acknowledged).find(({ event }) => event.data.submission === 2),
    );
    await bench.awaitDecision(filing, 'DECIDE');
    assertNoIdnp(bench, filing);
  },
};

const message: Scenario = {
  name: 'message',
  title: 'A message of the desk is answered, and the decision follows (only by --scenario, for acceptsMessages)',
  isOnRequest: true,
  async play(bench) {
    const filing = bench.file();
    await bench.send(filing.submitted());
    await bench.awaitReply(filing, acknowledged, 'ACKNOWLEDGE');
    await bench.send(filing.messageSent());
    await bench.awaitReply(filing, messageSent, 'ANSWER_MESSAGE');
    await bench.awaitDecision(filing, 'DECIDE');
    assertNoIdnp(bench, filing);
  },
};

const reminded: Scenario = {
  name: 'reminded',
  title: 'A reminder has no effect of its own, and the decision follows (only by --scenario, for acceptsReminders)',
  isOnRequest: true,
  async play(bench) {
    const filing = bench.file();
    await bench.send(filing.submitted());
    await bench.awaitReply(filing, acknowledged, 'ACKNOWLEDGE');
    await bench.send(filing.reminded());
    await bench.awaitProcessed(filing, 'REMINDER');
    await bench.awaitDecision(filing, 'REMINDER');
    assertNoIdnp(bench, filing);
    assertSingleEffect(bench, [filing], 'REMINDER');
  },
};

const withdrawn: Scenario = {
  name: 'withdrawn',
  title: 'An application withdrawn while in progress is not decided',
  async play(bench) {
    const filing = bench.file();
    await bench.send(filing.submitted());
    await bench.awaitReply(filing, acknowledged, 'ACKNOWLEDGE');
    await bench.send(filing.withdrawn());
    await bench.awaitProcessed(filing, 'STOP');
    const wasDecided = bench.repliesOfType(filing, decided).length > 0;
    assertNoFurtherReplies(bench, filing);
    return wasDecided ? 'your system decided before it read the withdrawal' : undefined;
  },
};

const expired: Scenario = {
  name: 'expired',
  title: 'An application that expires before its documents arrive is not decided',
  async play(bench) {
    const filing = bench.file(NO_EVIDENCE);
    await awaitDocumentsRequest(bench, filing);
    await bench.send(filing.expired());
    await bench.awaitProcessed(filing, 'STOP');
    assertNoFurtherReplies(bench, filing);
  },
};

export const LIFECYCLE_SCENARIOS: Scenario[] = [decides, documents, corrected, message, reminded, withdrawn, expired];
