import { applicationId, createContent, idnp, publicServices } from '@cups/tools/filings';
import type { Centre, PublicService } from '@cups/tools/filings';
import { openDesk, waitUntil } from '@cups/tools/desk';
import type { Application, Desk } from '@cups/tools/desk';
import { platformUrl } from './test-env.ts';

/** What a test files through the interface for programs, so that its page has something to show. */

export interface FilingOptions {
  /** @default civil-status-extract */
  publicService?: string;
  /** Who files. @default cu-001-specialist */
  operator?: string;
  /**
   * The ending of the application's id, by which the simulated agency knows how to behave: ZQ approves at once, ZR rejects,
   * ZD asks for documents, ZE asks twice, ZN is silent, ZS slow, ZC corrects and ZV revokes its result. @default ZQ
   */
  ending?: string;
  /** Left as a draft when false. @default true */
  submit?: boolean;
  /** Members of the content instead of what is made up, such as `{ applicant: {…} }`. */
  content?: Record<string, unknown>;
}

const desks = new Map<string, Promise<Desk>>();
let services: Promise<PublicService[]> | undefined;
/** Of a person: far from those of other files that run on the same platform. */
let personCount = Math.floor(Math.random() * 9_000) * 1_000;

/** The number of a person that nobody else has; `idnp(n)` of @cups/tools/filings is theirs. */
export const nextPerson = (): number => (personCount += 1);

/** An applicant of this name, whose number nobody else has. */
export const applicant = (familyName: string, givenName = 'Maria') => ({
  idnp: idnp(nextPerson()),
  givenName,
  familyName,
  birthDate: '1961-05-04',
  language: 'ro',
});

/** A desk without a page. */
export function openDeskFor(operator: string): Promise<Desk> {
  if (!desks.has(operator)) desks.set(operator, openDesk(platformUrl(), operator));
  return desks.get(operator)!;
}

/** Opens an application of a person of its own, complete, and submits it. */
export async function fileApplication(options: FilingOptions = {}): Promise<Application> {
  const { publicService = 'civil-status-extract', operator = 'cu-001-specialist', ending = 'ZQ' } = options;
  services ??= publicServices(platformUrl());
  const service = (await services).find(({ code }) => code === publicService);
  if (!service) throw new Error(`No public service ${publicService} can be filed.`);
  const desk = await openDeskFor(operator);
  const { body: centre } = await desk.call<Centre>('GET', `/centres/${desk.centre.replace('centres/', '')}`);
  const content = createContent(nextPerson(), centre, service);
  const body = { id: applicationId(ending), publicService, ...content, ...options.content };
  const { body: draft } = await desk.call<Application>('POST', '/applications', { body });
  return options.submit === false ? draft : runAction(draft, 'submit', {}, operator);
}

/** Does what a desk may do with it, such as `submit` or `hand-over`. */
export async function runAction(
  { id }: Application,
  action: string,
  body: object = {},
  operator = 'cu-001-specialist',
): Promise<Application> {
  const desk = await openDeskFor(operator);
  return (await desk.call<Application>('POST', `/applications/${id}/${action}`, { body })).body;
}

/** Waits until the agency has brought it there. */
export async function waitForState(
  { id }: Application,
  state: Application['state'],
  operator = 'cu-001-specialist',
): Promise<Application> {
  const desk = await openDeskFor(operator);
  const read = async () => (await desk.call<Application>('GET', `/applications/${id}`)).body;
  return waitUntil(read, (now) => now.state === state, `${id} → ${state}`, 30);
}
