import { REPLY_TYPES, textHeaders } from '@cups/agency-contract';
import type { Filing } from '../filing.ts';
import type { Heard } from '../platform.ts';
import { Finding, Skipped } from './finding.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

/** Scenarios of the course of a delivery: decided, asked, withdrawn, expired. */

const { acknowledged, decided, documentsRequested } = REPLY_TYPES;
/** Nobody decides without seeing a single paper. */
const NO_PAPERS = { evidence: [] };

/** Files an application and waits until it is acknowledged and decided. */
export async function decide(stage: Stage, filing: Filing): Promise<Heard> {
  await stage.send(filing.submitted());
  await stage.reply(filing, acknowledged, 'ACKNOWLEDGE');
  return stage.decision(filing, 'DECIDE');
}

/** At the end nothing was said about an application but what had been said before it ended. */
function staysQuiet(stage: Stage, filing: Filing): void {
  const before = new Set(stage.about(filing).map(({ verdict }) => verdict.id));
  stage.atEnd(() => {
    const late = stage.about(filing).find(({ verdict }) => !before.has(verdict.id));
    if (late) throw new Finding('STOP', 'A reply came about an application whose end the agency had read.', late);
  });
}

/** The replies about an application carry the ce_id and the ce_correlationid of one of its requests. */
function isWellAddressed(stage: Stage, filing: Filing): void {
  const requests = new Map(filing.requests.map((request) => [request.id, request]));
  for (const reply of stage.about(filing)) {
    const { event } = reply.verdict;
    const request = requests.get(event?.causationid ?? '');
    if (!request) throw new Finding('CAUSATION', 'A reply does not carry the ce_id of its request.', reply);
    if (event?.correlationid !== request.correlationid)
      throw new Finding('CAUSATION', 'A reply does not carry the ce_correlationid of its request.', reply);
  }
}

/** No IDNP of an application is in a key, a header or an agencyReference. The finding names no message: its ce_id may be one. */
function holdsNoIdnp(stage: Stage, filing: Filing): void {
  const idnps = JSON.stringify(filing.requests[0]).match(/(?<=:")\d{13}(?=")/g) ?? [];
  for (const { message, verdict } of stage.about(filing)) {
    const { agencyReference = '' } = (verdict.event?.data ?? {}) as { agencyReference?: string };
    const texts = { agencyReference, key: String(message.key), ...textHeaders(message.headers) };
    const place = Object.entries(texts).find(([, text]) => idnps.some((idnp) => text.includes(idnp)))?.[0];
    if (place) throw new Finding('PERSONAL_DATA', `An IDNP of the application is in ${place} of a reply.`);
  }
}

const decides: Scenario = {
  name: 'decides',
  title: 'An application is acknowledged and decided',
  async play(stage) {
    const filing = stage.file();
    await decide(stage, filing);
    isWellAddressed(stage, filing);
    holdsNoIdnp(stage, filing);
  },
};

/** Files an application without papers. @returns what the agency asked for @throws Skipped when it decides without */
async function asked(stage: Stage, filing: Filing) {
  await stage.send(filing.submitted());
  const request = await stage.until(`documentsRequested or decided of ${filing.application}`, 'DECIDE', () => {
    if (stage.said(filing, decided).length > 0) {
      throw new Skipped('your system decides an application without a single paper, and asks for none');
    }
    return stage.said(filing, documentsRequested)[0];
  });
  const today = new Date().toISOString().slice(0, 10);
  if (request.event.data.answerBy <= today) {
    throw new Finding('ASK_ONCE', 'answerBy is not a day that is still to come.', request);
  }
  return request;
}

const documents: Scenario = {
  name: 'documents',
  title: 'Papers are asked for once, and the decision follows when they are supplied',
  async play(stage) {
    const filing = stage.file(NO_PAPERS);
    const request = await asked(stage, filing);
    const kinds = request.event.data.documents.map(({ kind }) => kind);
    await stage.send(filing.supplied(request.event.id, kinds));
    const decision = await stage.reply(filing, decided, 'ASK_ONCE');
    isWellAddressed(stage, filing);
    const supplied = filing.requests.at(-1)!;
    if (decision.event.causationid !== supplied.id)
      throw new Finding(
        'CAUSATION',
        'A decision does not carry the ce_id of application.documents-supplied.',
        decision,
      );
    const again = stage.said(filing, acknowledged).find((one, at) => at > 0 && one.event.data.submission === 1);
    if (again) throw new Finding('SUBMISSION', 'Submission 2 was acknowledged as submission 1.', again);
    stage.atEnd(() => {
      const [, again] = stage.said(filing, documentsRequested);
      if (again) throw new Finding('ASK_ONCE', 'The papers that were supplied were asked for again.', again);
    });
  },
};

const withdrawn: Scenario = {
  name: 'withdrawn',
  title: 'An application that is withdrawn while it is worked on is decided no more',
  async play(stage) {
    const filing = stage.file();
    await stage.send(filing.submitted());
    await stage.reply(filing, acknowledged, 'ACKNOWLEDGE');
    await stage.send(filing.withdrawn());
    await stage.fence(filing, 'STOP');
    const early = stage.said(filing, decided).length > 0;
    staysQuiet(stage, filing);
    return early ? 'it had decided before it read the withdrawal' : undefined;
  },
};

const expired: Scenario = {
  name: 'expired',
  title: 'An application that expires while papers are owed is decided no more',
  async play(stage) {
    const filing = stage.file(NO_PAPERS);
    await asked(stage, filing);
    await stage.send(filing.expired());
    await stage.fence(filing, 'STOP');
    staysQuiet(stage, filing);
  },
};

export const COURSE_SCENARIOS: Scenario[] = [decides, documents, withdrawn, expired];
