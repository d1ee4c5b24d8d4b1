import { CHISINAU_TIME_ZONE, sanitizeCode } from '@cups/application';
import type { Language } from '@cups/application';
import type { Application, Catalog, LocalizedText, Person } from '../api/types.ts';
import type { Replacement } from '../documents/replacement.ts';
import { interpolate } from '../language/messages.ts';
import type { Text } from '../language/messages.ts';
import { DOCUMENTS } from '../texts/documents.ts';
import { PRINT } from '../texts/print.ts';
import type { CoverSheet, SheetText } from '../viewer-frame/protocol.ts';
import { agencyName, isVerificationLink } from './catalog-lookups.ts';
import { encodeQr } from './encode-qr.ts';
import { formatInstant } from './format-instant.ts';
import { groupDigits } from './group-digits.ts';

type Decision = NonNullable<Application['decision']>;
type ResultDocument = NonNullable<Decision['documents']>[number];

/** An application, or as much of it as the collecting centre sees. */
export type ResultSubject = Partial<Pick<Application, 'agency' | 'trackingNumber' | 'serviceTitle' | 'training'>> & {
  applicant?: Partial<Pick<Person, 'familyName' | 'language'>> | undefined;
};

export interface ResultCoverFacts {
  application: ResultSubject;
  /** Undefined while it loads: the sheet then shows codes. */
  catalog: Catalog | undefined;
  /** Display name of the specialist who prints. */
  specialist: string;
  document: Pick<ResultDocument, 'sha256' | 'pages'>;
  /** The agency's number of this result. */
  number: string | undefined;
  verificationUrl: string | undefined;
  replacement: Replacement | undefined;
  /** Time of printing, RFC 3339. */
  now: string;
}

/** Returns the sheet before a printed result: its origin, its printing, and whether it is still valid. */
export function buildResultCover(facts: ResultCoverFacts): CoverSheet {
  const { application, catalog, specialist, document, number, verificationUrl, replacement, now } = facts;
  const language = application.applicant?.language ?? 'ro';
  const zone = catalog?.centre.timeZone ?? CHISINAU_TIME_ZONE;
  const warnings = replacement ? replacementTexts(replacement, zone) : [];
  if (application.training) warnings.push(PRINT.practice);
  const agency = application.agency && (catalog ? agencyName(catalog, application.agency) : { ro: application.agency });
  const isLink = !!verificationUrl && isVerificationLink(catalog, { agency: application.agency, url: verificationUrl });
  const lines: readonly (readonly [LocalizedText, string | undefined])[] = [
    [PRINT.number, application.trackingNumber],
    [PRINT.service, bilingual(application.serviceTitle ?? {}, language).join(' / ')],
    [PRINT.agency, agency && bilingual(agency, language).join(' / ')],
    [PRINT.resultNumber, number && sanitizeCode(number)],
    [DOCUMENTS.sha256, groupDigits(document.sha256)],
    [PRINT.pages, document.pages ? String(document.pages) : undefined],
    [PRINT.printedAt, formatInstant(now, zone)],
    [PRINT.specialist, specialist],
    [isLink ? PRINT.verifyAt : PRINT.statedAddress, verificationUrl],
  ];
  return {
    centre: catalog?.centre.displayName ?? '',
    title: bilingual(PRINT.coverTitle, language),
    lead: bilingual(PRINT.coverLead, language),
    warnings: warnings.map((warning) => bilingual(warning, language)),
    facts: lines.flatMap(([name, value]) => (value ? [[bilingual(name, language), value] as const] : [])),
    qr: isLink ? encodeQr(verificationUrl) : undefined,
  };
}

/** Says that a result is no longer valid, since when, and which one is. */
function replacementTexts({ kind, time, number }: Replacement, zone: string): Text[] {
  const when = formatInstant(time, zone);
  if (kind === 'revoked') return [interpolate(PRINT.coverRevoked, { when })];
  const replaced = interpolate(PRINT.coverReplaced, { when });
  return number ? [replaced, interpolate(PRINT.coverNewNumber, { number: sanitizeCode(number) })] : [replaced];
}

function bilingual(message: LocalizedText, language: Language): SheetText {
  const first = message.ro ?? message.ru ?? message.en ?? '';
  const second = message[language] ?? first;
  return second === first ? [first] : [first, second];
}
