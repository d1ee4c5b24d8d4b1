import { setTimeout as pause } from 'node:timers/promises';
import { applicationId, createContent, fileableAt, isFileableAt, ofChannel } from '@cups/tools/filings';
import type { Centre, PublicService } from '@cups/tools/filings';
import { ApiError } from '@cups/tools/desk';
import type { Application } from '@cups/tools/desk';
import { storePower, toMandateRequest, toNamedMandate } from '@cups/tools/mandates';
import type { MandateKind } from '@cups/tools/mandates';
import type { Action } from './chaos-record.ts';
import type { Uploads } from './uploads.ts';
import { isStale } from './workload.ts';
import type { Workload } from './workload.ts';

/** One applicant's visit: opens, sometimes edits, submits, and returns until the agency decides. */

/** Weights of the application ID endings that control the simulator. */
const ENDING_WEIGHTS = {
  ZQ: 30,
  ZS: 6,
  ZD: 12,
  ZE: 4,
  ZR: 10,
  ZN: 14,
  ZB: 4,
  ZT: 6,
  ZX: 6,
  ZC: 4,
  ZV: 4,
  ZP: 5,
} as const;
/** The simulator stays silent for this ending; the hostile traffic replies instead. */
const SILENT_ENDING = 'ZN';
/** The simulator passes the application on for this ending. The hostile traffic leaves it alone: a late reply is refused. */
const PASSED_ON_ENDING = 'ZP';
const MAX_RETURN_VISITS = 5;
/** Shares of the visits about agencies that pull, and about agencies with a page. */
const CHANNEL_VISITS: readonly (readonly [channel: string, share: number])[] = [
  ['pull', 0.08],
  ['page', 0.16],
];
/** Share of the applications whose first evidence gets a scan. */
const SCANS = 0.2;
/** Share of the scans before which the desk uploads a file that the check refuses. */
const UNSAFE_SCANS = 0.15;
/** Share of the scans before which the desk uploads another file and removes it. */
const REMOVED_SCANS = 0.15;
/** Share of the visits in which the person revokes the mandate, half of them before the application is filed. */
const REVOKED_MANDATES = 0.2;
/** Share of the visits by a representative with a power in MPower. */
const MPOWER_MANDATES = 0.15;
/** Share of the supplied documents that have a scan. */
const SUPPLIED_SCANS = 0.3;

/** An application that its agency has received. */
export interface DeliveredApplication {
  id: string;
  agency: string;
  isSilent: boolean;
}

export interface VisitContext {
  counters: Workload;
  /** URL of the simulator of MPower. */
  mpower: string;
  uploads: Uploads;
  centres: readonly Centre[];
  services: readonly PublicService[];
  random: () => number;
  /** Applications that their agencies have received, by ID. */
  deliveredApplications: Map<string, DeliveredApplication>;
  /** Makes the legal term of an application pass. @throws AbortError on an abort */
  elapseTerm: (id: string) => Promise<void>;
  /** False when applicants no longer return. */
  isOpen: () => boolean;
  signal: AbortSignal;
}

/** Runs the visit of the n-th applicant. @throws ApiError and UploadError when the platform refuses, AbortError on an abort */
export async function runVisit(n: number, context: VisitContext): Promise<void> {
  const { counters, centres, random, signal } = context;
  const ending = pickWeighted(ENDING_WEIGHTS, random);
  const id = applicationId(ending);
  const { centre, service } = pickPlace(n, context);
  const isOnTopics = (service.providerChannel ?? 'kafka') === 'kafka';
  const visit = new Visit({ id, centre, context });

  const ground = random() < MPOWER_MANDATES ? 'mpower' : 'own-presence';
  await visit.open(service.code, createContentWithCanaries(n, centres[centre]!, service, ground));
  if (random() < 0.3) await visit.edit({ delivery: { kind: 'at-centre', note: `canary-remark ${n}` } });
  if (random() < 0.05) return void (await visit.act('withdraw', { reason: 'another day' }));
  if (random() < REVOKED_MANDATES / 2) await visit.revokeMandate();
  const app = await visit.act('submit', {});
  if (random() < REVOKED_MANDATES / 2) await visit.revokeMandate();
  if (random() < 0.08) return void (await visit.act('withdraw', { reason: 'no longer needed' }));
  // The page of this agency stays silent too.
  if (ending === SILENT_ENDING && service.providerChannel === 'page') await context.elapseTerm(id);
  const agency = app.agency.replace('agencies/', '');
  for (let round = 0; round < MAX_RETURN_VISITS && context.isOpen(); round += 1) {
    await pause(1_500 + random() * 4_000, undefined, { signal });
    const isTarget = isOnTopics && ending !== PASSED_ON_ENDING;
    const hasIt = context.deliveredApplications.has(id) || (await isDelivered(counters, centre, id));
    if (hasIt && isTarget) context.deliveredApplications.set(id, { id, agency, isSilent: ending === SILENT_ENDING });
    if (await visit.returnToCentre()) return;
  }
}

/** Picks a service, and a centre that files it. Most are of agencies with topics, for which every centre works. */
function pickPlace(n: number, { centres, services, random }: VisitContext): { centre: number; service: PublicService } {
  const pick = <T>(all: readonly T[]): T | undefined => all[Math.floor(random() * all.length)];
  let drawn = random();
  for (const [channel, share] of CHANNEL_VISITS) {
    if (drawn < share) {
      const service = pick(ofChannel(services, channel));
      const centre = service ? centres.findIndex((one) => isFileableAt(service, one)) : -1;
      if (service && centre >= 0) return { centre, service };
      break;
    }
    drawn -= share;
  }
  const centre = n % centres.length;
  const fileable = fileableAt(ofChannel(services, 'kafka'), centres[centre]!);
  return { centre, service: pick(fileable)! };
}

interface VisitPlace {
  /** ID of the application. */
  id: string;
  centre: number;
  context: VisitContext;
}

interface EvidenceContent {
  kind: string;
  copy?: string;
  [field: string]: unknown;
}

/** The writes of one visit. */
class Visit {
  readonly #id: string;
  readonly #centre: number;
  readonly #context: VisitContext;
  #etag = '';
  /** mandates/{id} */
  #mandate: string | undefined;
  #isMandateRevoked = false;

  constructor({ id, centre, context }: VisitPlace) {
    this.#id = id;
    this.#centre = centre;
    this.#context = context;
  }

  /** Opens the draft, in some visits with a scan. */
  async open(publicService: string, content: Content): Promise<void> {
    const { counters, mpower, uploads, random } = this.#context;
    const application = this.#id;
    const body = Object.assign({ id: application, publicService }, content);
    if (body.mandate.kind === 'mpower') await storePower(mpower, body.mandate.reference!, body);
    const { name } = await counters.create<{ name: string }>(this.#centre, '/mandates', toMandateRequest(body));
    body.mandate = toNamedMandate(body, name);
    this.#mandate = name;
    const create = { application, action: 'create' as const, path: '/applications', body, centre: this.#centre };
    this.#etag = (await counters.write(create)).etag;
    const [first, ...others] = content.evidence as EvidenceContent[];
    if (!first || random() >= SCANS) return;
    const copy = await this.#scan(first.kind);
    await this.edit({ evidence: [{ ...first, copy }, ...others] });
    uploads.attached(copy);
  }

  /** Edits the draft. The end of a check changes its version, so a refused edit is made again on the new version. */
  async edit(body: object): Promise<void> {
    const { counters } = this.#context;
    const application = this.#id;
    const path = `/applications/${application}`;
    for (;;) {
      const edit = { application, action: 'edit' as const, path, body, centre: this.#centre, mayBeStale: true };
      try {
        this.#etag = (await counters.write(Object.assign(edit, { etag: this.#etag }))).etag;
        return;
      } catch (error) {
        if (!isStale(error)) throw error;
        this.#etag = (await counters.read<Application>(this.#centre, path)).etag;
      }
    }
  }

  /** @param operation last part of the path. @default the action */
  act(action: Action, body: object, operation: string = action): Promise<Application> {
    const application = this.#id;
    const path = `/applications/${application}/${operation}`;
    const isMandateRevoked = this.#isMandateRevoked;
    return this.#context.counters.write({ application, action, path, body, centre: this.#centre, isMandateRevoked });
  }

  /** Revokes the mandate once. Intake learns of it from an event, and refuses to file from then on. */
  async revokeMandate(): Promise<void> {
    if (this.#mandate === undefined || this.#isMandateRevoked) return;
    await this.#context.counters.create(this.#centre, `/${this.#mandate}/revoke`, {});
    this.#isMandateRevoked = true;
  }

  /** Reads the state and takes the next step. @returns whether the visit is over */
  async returnToCentre(): Promise<boolean> {
    const app = await this.#context.counters.read<Application>(this.#centre, `/applications/${this.#id}`);
    if (app.state === 'documents-requested') {
      await this.#supply(app.documentRequest!.evidenceKinds);
      return false;
    }
    if (app.allowedActions.includes('consent-to-passing-on')) {
      await this.act('consent-to-passing-on', { consents: true }, 'passing-on');
      return false;
    }
    if (app.state !== 'ready' && app.state !== 'rejected') return false;
    await this.act('hand-over', {
      collectedBy: 'applicant',
      idDocumentKind: 'identity-document',
      idDocumentNumber: 'CANARY-PAPER',
    });
    await this.act(
      'confirm-outcome',
      app.state === 'ready' ? { needMet: true } : { needMet: false, missing: 'all of it' },
    );
    return true;
  }

  async #supply(kinds: readonly string[]): Promise<void> {
    const { random, uploads } = this.#context;
    const evidence: EvidenceContent[] = [];
    for (const kind of kinds) {
      const item: EvidenceContent = { kind, number: 'CANARY-PAPER', originalSeen: true };
      if (random() < SUPPLIED_SCANS) item.copy = await this.#scan(kind);
      evidence.push(item);
    }
    await this.act('supply-documents', { evidence });
    for (const { copy } of evidence) if (copy !== undefined) uploads.attached(copy);
  }

  /** Uploads a scan, sometimes after a file that is refused or removed. @returns documents/{id} */
  async #scan(kind: string): Promise<string> {
    const { uploads, random } = this.#context;
    const scan = { application: this.#id, kind, centre: this.#centre };
    if (random() < UNSAFE_SCANS) await uploads.scanUnsafe(scan);
    if (random() < REMOVED_SCANS) await uploads.scanAndRemove(scan);
    return uploads.scan(scan);
  }
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

type Content = ReturnType<typeof createContent>;

function createContentWithCanaries(n: number, centre: Centre, service: PublicService, ground: MandateKind): Content {
  const content = createContent(n, centre, service, ground);
  const contact = content['contact'] as { email?: string };
  const papers = content.evidence;
  return Object.assign(content, {
    applicant: Object.assign(content.applicant, { familyName: 'Canarescu' }),
    ...(content.represented ? { represented: Object.assign(content.represented, { familyName: 'Canarescu' }) } : {}),
    contact: contact.email === undefined ? contact : { email: `${n}.canary@example.org` },
    evidence: papers.map((paper) => Object.assign(paper, { number: 'CANARY-PAPER' })),
  });
}
