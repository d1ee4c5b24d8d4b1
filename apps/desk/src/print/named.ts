import { plainWords } from '@cups/application';
import type {
  Application,
  Centre,
  CostOption,
  LocalizedText,
  PublicServiceVersion,
  Registry,
  Submission,
} from '../api/types.ts';
import type { PaperSetting } from './paper.tsx';

/** What a paper says by name is looked up in the registry; what is not there is said by its code. */

/** A file as it is now, or as a submission froze it. */
export type Filed = Application | Submission;

export function agencyName(registry: Registry, name: string): LocalizedText {
  return registry.agencies.find((agency) => agency.name === name)?.displayName ?? { ro: lastOf(name) };
}

export function evidenceTitle(registry: Registry | undefined, kind: string): LocalizedText {
  return registry?.evidenceKinds.find((one) => one.kind === kind)?.title ?? { ro: kind };
}

/** The version by which it was opened, while the registry still has it. */
export function versionOf(
  registry: Registry,
  { publicService, serviceVersion }: Filed,
): PublicServiceVersion | undefined {
  const service = registry.publicServices.find(({ name }) => name === publicService);
  return service?.version?.version === serviceVersion ? service?.version : undefined;
}

export function costOptionOf(registry: Registry, filed: Filed): CostOption | undefined {
  return versionOf(registry, filed)?.costOptions?.find(({ code }) => code === filed.costOption);
}

/** What may be chosen at a centre of this kind, in its country. */
export function optionsAt({ costOptions = [] }: PublicServiceVersion, { kind, country }: Centre): CostOption[] {
  const isOpen = <T>(list: readonly T[] | undefined, here: T | undefined) =>
    !list?.length || (here !== undefined && list.includes(here));
  return costOptions.filter((option) => isOpen(option.centreKinds, kind) && isOpen(option.countries, country));
}

/** The setting of a paper about a file: it goes to the applicant. */
export function settingOf(registry: Registry, filed: Filed): PaperSetting {
  return {
    centre: registry.centre.displayName,
    timeZone: registry.centre.timeZone,
    language: filed.applicant?.language ?? 'ro',
    training: filed.training,
    trackingNumber: filed.trackingNumber,
  };
}

/** Words of others as they may be shown: see `plainWords`. */
export function plainIn(words: LocalizedText): LocalizedText {
  return Object.fromEntries(Object.entries(words).map(([language, text]) => [language, plainWords(text)]));
}

function lastOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
