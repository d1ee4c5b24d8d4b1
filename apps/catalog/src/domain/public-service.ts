/** Public services with dated versions, see schemas/public-service.schema.json. Dates are civil dates, yyyy-MM-dd. */

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
  /** Proofs accepted instead of an original or a copy. */
  accepts?: 'verification-code'[];
  /** The rule applies if any of these conditions holds. `represented` excludes `answer`. */
  when?: {
    represented?: true;
    answer?: { field: string; in: string[] };
    /** Kinds of mandate under which the specialist acts. */
    mandate?: string[];
  };
}

export interface Term {
  /** 0 working days: on the day of filing. 0 hours: immediately. */
  amount: number;
  unit: 'hours' | 'working-days' | 'calendar-days';
  from: 'submission' | 'payment';
}

export interface CostOption {
  code: string;
  title: LocalizedText;
  /** Amount in minor units; absent if unknown. */
  fee?: { amountMinor: number; currency: string };
  plusStateFee?: true;
  term?: Term;
  centreKinds?: CentreKind[];
  /** ISO 3166-1 alpha-2; absent for all countries. */
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
  otherChannel?: LocalizedText;
  evidence?: EvidenceRule[];
  costOptions?: CostOption[];
  reductions?: Reduction[];
  outputs?: Output[];
  legalSource?: string;
  sourceNote: string;
  unsourcedFields: string[];
  form?: Record<string, unknown>;
  example?: Record<string, unknown>;
  /** Steps of escalation that differ from those of the agency, by step. */
  escalation?: Record<string, { workingHours?: number; actions: string[] }>;
}

/** A pause from a date: no desk can create applications. */
export interface Pause {
  since: string;
  reason: LocalizedText;
}

/** Search terms of a service. All of them come from the platform, not from a source. */
export interface SearchTerms {
  /** Demand in villages, from 1 to 5 (highest). */
  popularity: number;
  /** Colloquial terms by language. */
  keywords: { ro: string[]; ru: string[]; en?: string[] };
}

export interface PublicService {
  code: string;
  stateCode?: string;
  /** Theme, by which a mandate can cover the service; a file of an earlier release has none. */
  theme?: string;
  search: SearchTerms;
  /** Names of top-level members that come from no source. */
  unsourcedFields: string[];
  paused?: Pause;
  /** Oldest first, without overlap. */
  versions: Version[];
}

export function keywordsOf({ search }: PublicService): string[] {
  const { ro, ru, en = [] } = search.keywords;
  return [...ro, ...ru, ...en];
}

/** Returns whether a version is in force on a date, first and last day included. */
export function isInForce(version: Version, date: string): boolean {
  return version.validFrom <= date && (version.validTo === undefined || date <= version.validTo);
}

export function pauseAt({ paused }: PublicService, date: string): Pause | undefined {
  return paused && paused.since <= date ? paused : undefined;
}

export function versionAt(service: PublicService, date: string): Version | undefined {
  return service.versions.find((version) => isInForce(version, date));
}

/** Returns whether a version can be filed at centres of the kind; without a kind, at any centre. */
export function isFileableAt(version: Version, kind?: CentreKind): boolean {
  const kinds = version.centreKinds ?? [];
  return kind === undefined ? kinds.length > 0 : kinds.includes(kind);
}

/** Location of a desk. An absent member matches everything. */
export interface DeskLocation {
  kind?: CentreKind | undefined;
  /** ISO 3166-1 alpha-2. */
  country?: string | undefined;
}

/** Returns the fees and terms that apply at a location. */
export function costOptionsAt(version: Version, { kind, country }: DeskLocation): CostOption[] {
  return (version.costOptions ?? []).filter(
    ({ centreKinds, countries }) =>
      (kind === undefined || centreKinds === undefined || centreKinds.includes(kind)) &&
      (country === undefined || countries === undefined || countries.includes(country)),
  );
}

/** Returns the errors that the JSON schema cannot express, mainly broken references. */
export function validateService(service: PublicService): string[] {
  return service.versions.flatMap((version, index) => [
    ...validateVersionOrder(version, service.versions[index + 1]),
    ...validateReferences(version).map((text) => `version ${version.version}: ${text}`),
  ]);
}

function validateVersionOrder(version: Version, next: Version | undefined): string[] {
  const errors: string[] = [];
  if (version.version !== version.validFrom) {
    errors.push(`version ${version.version} must be named after its first day, ${version.validFrom}`);
  }
  if (version.validTo !== undefined && version.validTo < version.validFrom) {
    errors.push(`version ${version.version} ends before it starts`);
  }
  if (next && (version.validTo === undefined || version.validTo >= next.validFrom)) {
    errors.push(`version ${version.version} must end before ${next.validFrom}, when version ${next.version} starts`);
  }
  return errors;
}

function validateReferences(version: Version): string[] {
  const options = version.costOptions ?? [];
  const reductions = new Set((version.reductions ?? []).map((reduction) => reduction.code));
  const fields = new Set(Object.keys((version.form?.['properties'] ?? {}) as object));
  const errors = [
    ...findDuplicates((version.evidence ?? []).map((rule) => rule.kind)).map(
      (kind) => `evidence ${kind} is duplicated`,
    ),
    ...findDuplicates(options.map((option) => option.code)).map((code) => `cost option ${code} is duplicated`),
  ];
  for (const option of options) {
    if (option.reduction !== undefined && !reductions.has(option.reduction)) {
      errors.push(`cost option ${option.code} names the unknown reduction ${option.reduction}`);
    }
    for (const kind of option.centreKinds ?? []) {
      if (!version.centreKinds?.includes(kind)) {
        errors.push(`cost option ${option.code} is for ${kind}, where the service cannot be filed`);
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

/** Returns an error for each form, property and choice without a title in all three languages. */
function findMissingTitles(schema: Record<string, unknown>, path: string): string[] {
  const texts = schema['x-title'] as Partial<LocalizedText> | undefined;
  const complete = texts?.ro && texts.ru && texts.en && schema['title'] === texts.ro;
  const parts = [
    ...Object.entries((schema['properties'] ?? {}) as Record<string, Record<string, unknown>>),
    ...((schema['oneOf'] ?? []) as Record<string, unknown>[]).map((choice, i) => [`oneOf.${i}`, choice] as const),
    ...(schema['items'] ? [['items', schema['items'] as Record<string, unknown>] as const] : []),
  ];
  return [
    ...(complete ? [] : [`${path} needs an x-title in ro, ru and en, and a title equal to the Romanian one`]),
    ...parts.flatMap(([name, part]) => findMissingTitles(part, `${path}.${name}`)),
  ];
}

function findDuplicates(values: string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}
