/** Public services as dated data: the shape is schemas/public-service.schema.json. Civil dates are yyyy-MM-dd. */

export type CentreKind = 'town-hall' | 'mission' | 'library';

export interface LocalizedText {
  ro: string;
  ru: string;
  en: string;
}

export interface EvidenceRule {
  kind: string;
  title: LocalizedText;
  required: boolean;
  /** What does as well as an original or a copy. */
  accepts?: 'verification-code'[];
  /** The rule counts only when any of these holds; represented and answer do not stand together. */
  when?: {
    represented?: true;
    answer?: { field: string; in: string[] };
    /** Kinds of mandate by which the specialist acts. */
    mandate?: string[];
  };
}

export interface Term {
  /** 0 working-days: on the day of filing; 0 hours: at once. */
  amount: number;
  unit: 'hours' | 'working-days' | 'calendar-days';
  from: 'submission' | 'payment';
}

export interface CostOption {
  code: string;
  title: LocalizedText;
  /** Minor units; absent when not known. */
  fee?: { amountMinor: number; currency: string };
  plusStateFee?: true;
  term?: Term;
  centreKinds?: CentreKind[];
  /** ISO 3166-1 alpha-2; absent: in every country. */
  countries?: string[];
  reduction?: string;
}

export interface Reduction {
  code: string;
  title: LocalizedText;
  legalReason?: string;
}

export interface Output {
  kind: 'paper' | 'electronic' | 'payment';
  title: LocalizedText;
}

export interface Version {
  version: string;
  validFrom: string;
  validTo?: string;
  title: LocalizedText;
  provider: string;
  centreKinds?: CentreKind[];
  elsewhere?: LocalizedText;
  evidence?: EvidenceRule[];
  costOptions?: CostOption[];
  reductions?: Reduction[];
  outputs?: Output[];
  legalSource?: string;
  sourceNote: string;
  ours: string[];
  form?: Record<string, unknown>;
  example?: Record<string, unknown>;
}

/** Why nothing is opened at any desk, from a day on. */
export interface Pause {
  since: string;
  reason: LocalizedText;
}

/** How people find a service; all of it is ours. */
export interface SearchTerms {
  /** How often a village asks for it: 1 to 5, 5 the most. */
  popularity: number;
  /** As people say it, in each language. */
  keywords: { ro: string[]; ru: string[]; en?: string[] };
}

export interface PublicService {
  code: string;
  stateCode?: string;
  finding: SearchTerms;
  /** Names of the members beside the versions that are ours and from no source. */
  ours: string[];
  paused?: Pause;
  /** Oldest first, without overlap. */
  versions: Version[];
}

/** What people call a service, in any language. */
export function keywordsOf({ finding }: PublicService): string[] {
  const { ro, ru, en = [] } = finding.keywords;
  return [...ro, ...ru, ...en];
}

/** Whether a version counts on a date; its first and its last day count. */
export function isInForce(version: Version, date: string): boolean {
  return version.validFrom <= date && (version.validTo === undefined || date <= version.validTo);
}

/** The pause of a service at a date, if any. */
export function pauseAt({ paused }: PublicService, date: string): Pause | undefined {
  return paused && paused.since <= date ? paused : undefined;
}

/** The version in force at a date, if any. */
export function versionAt(service: PublicService, date: string): Version | undefined {
  return service.versions.find((version) => isInForce(version, date));
}

/** Whether a version may be filed at a centre of the kind; without a kind, at a centre of some kind. */
export function isFileableAt(version: Version, kind?: CentreKind): boolean {
  const kinds = version.centreKinds ?? [];
  return kind === undefined ? kinds.length > 0 : kinds.includes(kind);
}

/** Where a desk is; what is left out does not narrow anything down. */
export interface DeskLocation {
  kind?: CentreKind | undefined;
  /** ISO 3166-1 alpha-2. */
  country?: string | undefined;
}

/** The prices and terms offered at a place. */
export function costOptionsAt(version: Version, { kind, country }: DeskLocation): CostOption[] {
  return (version.costOptions ?? []).filter(
    ({ centreKinds, countries }) =>
      (kind === undefined || centreKinds === undefined || centreKinds.includes(kind)) &&
      (country === undefined || countries === undefined || countries.includes(country)),
  );
}

/** What JSON Schema cannot say about one service: how its parts refer to each other. Sentences, empty when all is well. */
export function validateService(service: PublicService): string[] {
  return service.versions.flatMap((version, index) => [
    ...validateVersionOrder(version, service.versions[index + 1]),
    ...validateReferences(version).map((text) => `version ${version.version}: ${text}`),
  ]);
}

function validateVersionOrder(version: Version, next: Version | undefined): string[] {
  const errors: string[] = [];
  if (version.version !== version.validFrom) {
    errors.push(`version ${version.version} must bear the name of its first day, ${version.validFrom}`);
  }
  if (version.validTo !== undefined && version.validTo < version.validFrom) {
    errors.push(`version ${version.version} ends before it begins`);
  }
  if (next && (version.validTo === undefined || version.validTo >= next.validFrom)) {
    errors.push(`version ${version.version} must end before ${next.validFrom}, when version ${next.version} begins`);
  }
  return errors;
}

function validateReferences(version: Version): string[] {
  const options = version.costOptions ?? [];
  const reductions = new Set((version.reductions ?? []).map((reduction) => reduction.code));
  const fields = new Set(Object.keys((version.form?.['properties'] ?? {}) as object));
  const errors = [
    ...findDuplicates((version.evidence ?? []).map((rule) => rule.kind)).map((kind) => `evidence ${kind} stands twice`),
    ...findDuplicates(options.map((option) => option.code)).map((code) => `cost option ${code} stands twice`),
  ];
  for (const option of options) {
    if (option.reduction !== undefined && !reductions.has(option.reduction)) {
      errors.push(`cost option ${option.code} names the unknown reduction ${option.reduction}`);
    }
    for (const kind of option.centreKinds ?? []) {
      if (!version.centreKinds?.includes(kind)) {
        errors.push(`cost option ${option.code} is for ${kind}, where the service may not be filed`);
      }
    }
  }
  for (const rule of version.evidence ?? []) {
    if (rule.when?.answer && !fields.has(rule.when.answer.field)) {
      errors.push(`evidence ${rule.kind} depends on ${rule.when.answer.field}, which the form does not have`);
    }
  }
  return [...errors, ...(version.form ? findMissingTitles(version.form, 'form') : [])];
}

/** Where a form lacks a title in one of the three languages: the form, each property, each choice. */
function findMissingTitles(schema: Record<string, unknown>, path: string): string[] {
  const texts = schema['x-title'] as Partial<LocalizedText> | undefined;
  const complete = texts?.ro && texts.ru && texts.en && schema['title'] === texts.ro;
  const parts = [
    ...Object.entries((schema['properties'] ?? {}) as Record<string, Record<string, unknown>>),
    ...((schema['oneOf'] ?? []) as Record<string, unknown>[]).map((choice, i) => [`oneOf.${i}`, choice] as const),
    ...(schema['items'] ? [['items', schema['items'] as Record<string, unknown>] as const] : []),
  ];
  return [
    ...(complete ? [] : [`${path} needs title and x-title in ro, ru and en, the title being the Romanian one`]),
    ...parts.flatMap(([name, part]) => findMissingTitles(part, `${path}.${name}`)),
  ];
}

function findDuplicates(values: string[]): string[] {
  return [...new Set(values.filter((word, index) => values.indexOf(word) !== index))];
}
