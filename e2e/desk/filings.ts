import { applicationId, createContent, idnp, publicServices } from '@cups/tools/filings';
import type { Centre, PublicService } from '@cups/tools/filings';
import { openDesk, waitUntil } from '@cups/tools/desk';
import type { Application, Desk } from '@cups/tools/desk';
import { grantMandate } from '@cups/tools/mandates';
import { platformUrl } from './test-env.ts';

/** Files applications by API, for pages to show. */

export interface FilingOptions {
  /** @default civil-status-extract */
  publicService?: string;
  /** @default cu-001-specialist */
  operator?: string;
  /**
   * Ending of the application ID, which tells the simulator how to reply. ZQ approves immediately, ZR rejects, ZD
   * requests documents, ZE requests twice, ZN stays silent, ZS is slow, ZC corrects and ZV revokes its result.
   * @default ZQ
   */
  ending?: string;
  /**
   * Leaves a draft if false.
   * @default true
   */
  submit?: boolean;
  /**
   * Leaves the draft without a mandate if false, as drafts of earlier releases are.
   * @default true
   */
  mandate?: boolean;
  /** Overrides of the generated content, such as `{ applicant: {…} }`. */
  content?: Record<string, unknown>;
}

const desks = new Map<string, Promise<Desk>>();
let services: Promise<PublicService[]> | undefined;
/** Random start, to avoid collisions with other files on the same platform. */
let personCount = Math.floor(Math.random() * 9_000) * 1_000;

/** Returns a number for a unique person, for `idnp(n)` of @cups/tools/filings. */
export const nextPerson = (): number => (personCount += 1);

/** Returns an applicant with a unique IDNP. */
export const applicant = (familyName: string, givenName = 'Maria') => ({
  idnp: idnp(nextPerson()),
  givenName,
  familyName,
  birthDate: '1961-05-04',
  language: 'ro',
});

/** Returns an API client signed in as an operator. */
export function openDeskFor(operator: string): Promise<Desk> {
  if (!desks.has(operator)) desks.set(operator, openDesk(platformUrl(), operator));
  return desks.get(operator)!;
}

/** Opens a complete application of a new person, and submits it. */
export async function fileApplication(options: FilingOptions = {}): Promise<Application> {
  const { publicService = 'civil-status-extract', operator = 'cu-001-specialist', ending = 'ZQ' } = options;
  services ??= publicServices(platformUrl());
  const service = (await services).find(({ code }) => code === publicService);
  if (!service) throw new Error(`No public service ${publicService} can be filed.`);
  const desk = await openDeskFor(operator);
  const { body: centre } = await desk.call<Centre>('GET', `/centres/${desk.centre.replace('centres/', '')}`);
  const content = createContent(nextPerson(), centre, service);
  const own = { mandate: { kind: 'own-presence' }, ...options.content };
  const body = { id: applicationId(ending), publicService, ...content, ...own };
  // A draft that shows what is missing names no mandate.
  if (options.mandate !== false) body.mandate = await grantMandate(desk, body);
  const { body: draft } = await desk.call<Application>('POST', '/applications', { body });
  return options.submit === false ? draft : runAction(draft, 'submit', {}, operator);
}

/** Runs an action, such as `submit` or `hand-over`. */
export async function runAction(
  { id }: Application,
  action: string,
  body: object = {},
  operator = 'cu-001-specialist',
): Promise<Application> {
  const desk = await openDeskFor(operator);
  return (await desk.call<Application>('POST', `/applications/${id}/${action}`, { body })).body;
}

/** Waits until the application reaches a state. A paper result is then at the centre, not on its way. */
export async function waitForState(
  { id }: Application,
  state: Application['state'],
  operator = 'cu-001-specialist',
): Promise<Application> {
  const desk = await openDeskFor(operator);
  const read = async () => (await desk.call<Application>('GET', `/applications/${id}`)).body;
  const reached = await waitUntil(read, (now) => now.state === state, `${id} → ${state}`, 30);
  return reached.allowedActions.includes('confirm-arrival')
    ? runAction(reached, 'confirm-arrival', {}, operator)
    : reached;
}
