import { setTimeout as pause } from 'node:timers/promises';
import { applicationId, createContent } from '@cups/tools/filings';
import type { Centre, PublicService } from '@cups/tools/filings';
import { ApiError } from '@cups/tools/desk';
import type { Application } from '@cups/tools/desk';
import type { Action } from './invariants.ts';
import type { Workload } from './workload.ts';

/** One applicant's visit: opens, sometimes edits, submits, and returns until the agency decides. */

/** Weights of the application ID endings that control the simulator. */
const ENDING_WEIGHTS = { ZQ: 30, ZS: 6, ZD: 12, ZE: 4, ZR: 10, ZN: 14, ZB: 4, ZT: 6, ZX: 6, ZC: 4, ZV: 4 } as const;
/** The simulator stays silent for this ending; the hostile traffic replies instead. */
const SILENT_ENDING = 'ZN';
const MAX_RETURN_VISITS = 5;

/** An application that its agency has received. */
export interface DeliveredApplication {
  id: string;
  agency: string;
  isSilent: boolean;
}

export interface VisitContext {
  counters: Workload;
  centres: readonly Centre[];
  services: readonly PublicService[];
  random: () => number;
  /** Applications that their agencies have received, by ID. */
  deliveredApplications: Map<string, DeliveredApplication>;
  /** False when applicants no longer return. */
  isOpen: () => boolean;
  signal: AbortSignal;
}

/** Runs the visit of the n-th applicant. @throws ApiError when the platform refuses, AbortError on an abort */
export async function runVisit(n: number, context: VisitContext): Promise<void> {
  const { counters, centres, services, random, signal } = context;
  const centre = n % centres.length;
  const ending = pickWeighted(ENDING_WEIGHTS, random);
  const id = applicationId(ending);
  const fileable = services.filter(({ version }) => version.centreKinds?.includes(centres[centre]!.kind));
  const service = fileable[Math.floor(random() * fileable.length)]!;
  const act = (action: Action, body: object) =>
    counters.write({ application: id, action, path: `/applications/${id}/${action}`, body, centre });

  const body = Object.assign(
    { id, publicService: service.code },
    createContentWithCanaries(n, centres[centre]!, service),
  );
  const { etag } = await counters.write({ application: id, action: 'create', path: '/applications', body, centre });
  if (random() < 0.3) {
    const edit = { delivery: { kind: 'at-centre', note: `canary-remark ${n}` } };
    await counters.write({ application: id, action: 'edit', path: `/applications/${id}`, body: edit, centre, etag });
  }
  if (random() < 0.05) return void (await act('withdraw', { reason: 'another day' }));
  const app = await act('submit', {});
  if (random() < 0.08) return void (await act('withdraw', { reason: 'no longer needed' }));
  const agency = app.agency.replace('agencies/', '');
  for (let round = 0; round < MAX_RETURN_VISITS && context.isOpen(); round += 1) {
    await pause(1_500 + random() * 4_000, undefined, { signal });
    const hasIt = context.deliveredApplications.has(id) || (await isDelivered(counters, centre, id));
    if (hasIt) context.deliveredApplications.set(id, { id, agency, isSilent: ending === SILENT_ENDING });
    if (await returnToCentre(counters, centre, id, act)) return;
  }
}

/** Reads the state and takes the next step. @returns whether the visit is over */
async function returnToCentre(
  counters: Workload,
  centre: number,
  id: string,
  act: (action: Action, body: object) => Promise<Application>,
): Promise<boolean> {
  const app = await counters.read<Application>(centre, `/applications/${id}`);
  if (app.state === 'documents-requested') {
    const evidence = app.documentRequest!.evidenceKinds.map((kind) => ({
      kind,
      number: 'CANARY-PAPER',
      originalSeen: true,
    }));
    await act('supply-documents', { evidence });
    return false;
  }
  if (app.state !== 'ready' && app.state !== 'rejected') return false;
  await act('hand-over', {
    collectedBy: 'applicant',
    idDocumentKind: 'identity-document',
    idDocumentNumber: 'CANARY-PAPER',
  });
  await act('confirm-outcome', app.state === 'ready' ? { needMet: true } : { needMet: false, missing: 'all of it' });
  return true;
}

async function isDelivered(counters: Workload, centre: number, id: string): Promise<boolean> {
  try {
    const { state } = await counters.read<{ state: string }>(centre, `/applications/${id}/delivery`);
    return state === 'sent' || state === 'acknowledged' || state === 'answered';
  } catch (error) {
    if (error instanceof ApiError && error.problem.status === 404) return false;
    throw error;
  }
}

function pickWeighted(weights: Readonly<Record<string, number>>, random: () => number): string {
  const all = Object.entries(weights);
  let left = random() * all.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of all) {
    left -= weight;
    if (left < 0) return name;
  }
  return all[0]![0];
}

function createContentWithCanaries(n: number, centre: Centre, service: PublicService): Record<string, unknown> {
  const content = createContent(n, centre, service);
  const contact = content['contact'] as { email?: string };
  const papers = content['evidence'] as object[];
  return Object.assign(content, {
    applicant: Object.assign(content['applicant'] as object, { familyName: 'Canarescu' }),
    contact: contact.email === undefined ? contact : { email: `${n}.canary@example.org` },
    evidence: papers.map((paper) => Object.assign(paper, { number: 'CANARY-PAPER' })),
  });
}
