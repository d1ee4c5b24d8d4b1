import { toCivilDate, addCivilDays } from '@cups/application';
import type { ApplicationFacts } from './application-facts.ts';
import type { DocumentFields } from './document.ts';

/** Ends of documents. The terms are project defaults without a legal source, so each is a setting. */
export interface RetentionTerms {
  /** From the end of the application to the erasure of its scans. */
  evidenceMs: number;
  /** From the hand-over to the erasure of results. */
  resultMs: number;
  /** From the decision to the report of a result that nobody collects. */
  uncollectedMs: number;
  /** From the upload to the erasure of a scan whose application intake never reported: the bound of a draft. */
  draftMs: number;
  /** From the upload to the erasure of a result that no decision names. */
  unclaimedMs: number;
}

type RetentionDocument = Pick<DocumentFields, 'purpose' | 'createTime' | 'acceptTime'>;

const after = (time: Date, ms: number): Date => new Date(time.getTime() + ms);

/** Whether a result of this time was handed over. A correction after the hand-over still has to be. */
export const isHandedOver = <F extends Pick<ApplicationFacts, 'handOverTime'>>(
  facts: F | undefined,
  resultTime: Date,
): facts is F & Required<Pick<F, 'handOverTime'>> =>
  facts?.handOverTime !== undefined && facts.handOverTime >= resultTime;

/** Returns when a checked document is erased; undefined while nothing ends it. */
export function expiryOf(
  document: RetentionDocument,
  facts: ApplicationFacts | undefined,
  terms: RetentionTerms,
): Date | undefined {
  if (facts?.erasure) return facts.erasure.time;
  if (document.purpose === 'evidence') return evidenceExpiry(document, facts, terms);
  const { acceptTime } = document;
  if (!acceptTime) return after(document.createTime, terms.unclaimedMs);
  return isHandedOver(facts, acceptTime) ? after(facts.handOverTime, terms.resultMs) : undefined;
}

function evidenceExpiry(
  { createTime }: RetentionDocument,
  facts: ApplicationFacts | undefined,
  { evidenceMs, draftMs }: RetentionTerms,
): Date | undefined {
  // A draft has no event before it is filed or ends, and it expires 30 days after its last change. This term is the bound
  // for an application that intake lost.
  if (!facts?.centre) return after(createTime, draftMs);
  if (!facts.endTime) return undefined;
  const term = after(facts.endTime, evidenceMs);
  const appealEnd = facts.appealUntil === undefined ? term : endOfDay(facts.appealUntil);
  return appealEnd > term ? appealEnd : term;
}

/** Returns since when a result counts as uncollected; undefined for other documents and after the hand-over. */
export function uncollectedSince(
  { purpose, acceptTime }: RetentionDocument,
  facts: ApplicationFacts | undefined,
  { uncollectedMs }: RetentionTerms,
): Date | undefined {
  if (purpose !== 'result' || !acceptTime) return undefined;
  return isHandedOver(facts, acceptTime) ? undefined : after(acceptTime, uncollectedMs);
}

/** Returns since when a paper result counts as uncollected; undefined without one and after the hand-over. */
export function paperUncollectedSince(facts: ApplicationFacts, { uncollectedMs }: RetentionTerms): Date | undefined {
  const { paperTime } = facts;
  return !paperTime || isHandedOver(facts, paperTime) ? undefined : after(paperTime, uncollectedMs);
}

/** Returns the end of a civil day in Chisinau: the first instant whose day is later. */
function endOfDay(day: string): Date {
  const next = addCivilDays(day, 1);
  // Chisinau is two or three hours ahead of UTC, so its next day begins in the last hours of this UTC day.
  for (let hours = 20; hours < 24; hours += 1) {
    const time = new Date(`${day}T${hours}:00:00Z`);
    if (toCivilDate(time) === next) return time;
  }
  return new Date(`${next}T00:00:00Z`);
}
