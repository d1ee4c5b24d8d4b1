import { sanitizeText } from '@cups/application';
import type {
  Application,
  Centre,
  CostOption,
  LocalizedText,
  PublicServiceVersion,
  Catalog,
  Submission,
} from '../api/types.ts';
import type { PrintoutSetting } from './printout.tsx';

/** Catalog lookups for printouts. A missing entry is shown by its code. */

/** An application as it is now, or one of its frozen submissions. */
export type ApplicationOrSubmission = Application | Submission;

export function agencyName(catalog: Catalog, name: string): LocalizedText {
  return catalog.agencies.find((agency) => agency.name === name)?.displayName ?? { ro: lastSegment(name) };
}

/**
 * Returns whether an address that an agency states may become a link or a QR code: it has https, no user name and no port, and
 * the file of the agency lists its host. An agency, or who writes in its name, could send a person to any site otherwise.
 */
export function isVerificationLink(
  catalog: Pick<Catalog, 'agencies'> | undefined,
  { agency, url }: { agency: string | undefined; url: string },
): boolean {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const hosts = catalog?.agencies.find(({ name }) => name === agency)?.verificationHosts ?? [];
  return parsed?.protocol === 'https:' && !parsed.username && !parsed.password && hosts.includes(parsed.host);
}

export function evidenceTitle(catalog: Pick<Catalog, 'evidenceKinds'> | undefined, kind: string): LocalizedText {
  return catalog?.evidenceKinds.find((entry) => entry.kind === kind)?.title ?? { ro: kind };
}

/** Returns the service version the application was opened with, while the catalog has it. */
export function findServiceVersion(
  catalog: Catalog,
  { publicService, serviceVersion }: ApplicationOrSubmission,
): PublicServiceVersion | undefined {
  const service = catalog.publicServices.find(({ name }) => name === publicService);
  return service?.version?.version === serviceVersion ? service?.version : undefined;
}

export function findCostOption(catalog: Catalog, filed: ApplicationOrSubmission): CostOption | undefined {
  return findServiceVersion(catalog, filed)?.costOptions?.find(({ code }) => code === filed.costOption);
}

/** Returns the cost options offered at a centre's kind and country. */
export function findAvailableCostOptions(
  { costOptions = [] }: PublicServiceVersion,
  { kind, country }: Centre,
): CostOption[] {
  const isOpen = <T>(list: readonly T[] | undefined, value: T | undefined) =>
    !list?.length || (value !== undefined && list.includes(value));
  return costOptions.filter((option) => isOpen(option.centreKinds, kind) && isOpen(option.countries, country));
}

/** Returns the printout setting of an application. The printout goes to the applicant. */
export function toPrintoutSetting(
  catalog: Catalog,
  filed: Pick<ApplicationOrSubmission, 'applicant' | 'training' | 'trackingNumber'>,
): PrintoutSetting {
  return {
    centre: catalog.centre.displayName,
    timeZone: catalog.centre.timeZone,
    language: filed.applicant?.language ?? 'ro',
    training: filed.training,
    trackingNumber: filed.trackingNumber,
  };
}

/** Sanitizes text of others in all languages; see `sanitizeText`. */
export function sanitizeLocalized(localized: LocalizedText): LocalizedText {
  return Object.fromEntries(Object.entries(localized).map(([language, text]) => [language, sanitizeText(text)]));
}

function lastSegment(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
