import { resourceName } from '@cups/contracts';
import { toProtoEnum } from '@cups/contracts/proto';
import { costOptionsAt, isFileableAt, keywordsOf, pauseAt } from './domain/public-service.ts';
import type {
  CostOption,
  EvidenceRule,
  LocalizedText,
  DeskLocation,
  PublicService,
  Version,
} from './domain/public-service.ts';
import type { RejectionTemplate } from './domain/rejection-template.ts';
import type { Agency, AgencyChannel, Calendar } from '@cups/registry';
import type { Agency as AgencyMessage } from '@cups/contracts/gen/cups/catalog/v1/Agency.ts';
import type { Calendar as CalendarMessage } from '@cups/contracts/gen/cups/catalog/v1/Calendar.ts';
import type { CostOption as CostOptionMessage } from '@cups/contracts/gen/cups/catalog/v1/CostOption.ts';
import type { EscalationRule as EscalationRuleMessage } from '@cups/contracts/gen/cups/catalog/v1/EscalationRule.ts';
import type { EvidenceKind as EvidenceKindMessage } from '@cups/contracts/gen/cups/catalog/v1/EvidenceKind.ts';
import type { EvidenceRule as EvidenceRuleMessage } from '@cups/contracts/gen/cups/catalog/v1/EvidenceRule.ts';
import type { PublicService as PublicServiceMessage } from '@cups/contracts/gen/cups/catalog/v1/PublicService.ts';
import type { PublicServiceVersion } from '@cups/contracts/gen/cups/catalog/v1/PublicServiceVersion.ts';
import type { TextTemplate as TextTemplateMessage } from '@cups/contracts/gen/cups/catalog/v1/TextTemplate.ts';

/** Texts for the desk if the source states no fee or term. */
const FEE_NOTE = {
  ro: 'tariful îl spune instituția',
  ru: 'стоимость сообщит учреждение',
  en: 'the agency states the fee',
};
const TERM_NOTE = {
  ro: 'termenul îl spune instituția',
  ru: 'срок сообщит учреждение',
  en: 'the agency states the duration',
};

/** Converts a service to cups.catalog.v1. `full` adds the form schema and the example. */
export function toPublicServiceMessage(
  service: PublicService,
  version: Version,
  options: DeskLocation & { date: string; full: boolean; channelOf: (agency: string) => AgencyChannel },
): PublicServiceMessage {
  return {
    name: resourceName('publicServices', service.code),
    stateCode: service.stateCode ?? '',
    fileable: isFileableAt(version, options.kind),
    paused: pauseAt(service, options.date) ?? null,
    popularity: service.search.popularity,
    keywords: keywordsOf(service),
    providerChannel: options.channelOf(version.provider),
    version: toVersionMessage(service, version, options),
    versions: service.versions.map(({ version, validFrom, validTo }) => ({
      version,
      validFrom,
      validTo: validTo ?? '',
    })),
  };
}

/** Converts a service whose agency the centre does not work with: enough to find it, and to say who takes it. */
export function toServiceElsewhere(
  service: PublicService,
  version: Version,
  agency: Agency | undefined,
): PublicServiceMessage {
  const { validFrom, validTo = '', title, otherChannel = agency?.name } = version;
  const publicService = resourceName('publicServices', service.code);
  return {
    name: publicService,
    stateCode: service.stateCode ?? '',
    fileable: false,
    popularity: service.search.popularity,
    keywords: keywordsOf(service),
    version: {
      publicService,
      version: version.version,
      validFrom,
      validTo,
      title,
      provider: resourceName('agencies', version.provider),
      otherChannel: otherChannel ?? null,
      theme: service.theme ?? '',
    },
  };
}

export function toVersionMessage(
  service: PublicService,
  version: Version,
  { full, ...location }: DeskLocation & { full: boolean },
): PublicServiceVersion {
  const costOptions = costOptionsAt(version, location).map(toCostOption);
  return {
    publicService: resourceName('publicServices', service.code),
    version: version.version,
    validFrom: version.validFrom,
    validTo: version.validTo ?? '',
    title: version.title,
    provider: resourceName('agencies', version.provider),
    centreKinds: (version.centreKinds ?? []).map((kind) => toProtoEnum('CENTRE_KIND_', kind)),
    ...(version.otherChannel ? { otherChannel: version.otherChannel } : {}),
    evidence: (version.evidence ?? []).map(toEvidenceRule),
    costOptions,
    ...(costOptions.length === 0 ? { feeNote: FEE_NOTE, termNote: TERM_NOTE } : {}),
    reductions: (version.reductions ?? []).map((reduction) => ({ legalReason: '', ...reduction })),
    outputs: (version.outputs ?? []).map(({ kind, title }) => ({ kind: toProtoEnum('OUTPUT_KIND_', kind), title })),
    legalSource: version.legalSource ?? '',
    sourceNote: version.sourceNote,
    unsourcedFields: version.unsourcedFields,
    formSchema: full && version.form ? jsonBytes(version.form) : Buffer.alloc(0),
    example: full && version.example ? jsonBytes(version.example) : Buffer.alloc(0),
    theme: service.theme ?? '',
    // Only intake needs it, which reads the full version.
    escalation: full ? toEscalation(version) : [],
  };
}

const toEscalation = ({ escalation = {} }: Version): EscalationRuleMessage[] =>
  Object.entries(escalation).map(([step, { workingHours = 0, actions }]) => ({ step, workingHours, actions }));

export function toAgency({
  code,
  name,
  timeZone,
  workingTime,
  calendar,
  acceptsForeignDocuments = false,
  channel = 'kafka',
  verificationHosts = [],
}: Agency): AgencyMessage {
  const { days, from, to } = workingTime;
  const hours = { workingDays: days, opens: from, closes: to };
  return {
    name: resourceName('agencies', code),
    displayName: name,
    timeZone,
    ...hours,
    calendar,
    acceptsForeignDocuments,
    channel,
    verificationHosts,
  };
}

/** Converts a calendar and sorts its days. */
export function toCalendar({ code, years }: Calendar): CalendarMessage {
  const knownYears = Object.keys(years).map(Number);
  const days = Object.values(years)
    .flat()
    .map(({ date, name }) => ({ date, title: name }));
  days.sort((a, b) => (a.date < b.date ? -1 : 1));
  return { code, firstYear: Math.min(...knownYears), lastYear: Math.max(...knownYears), days };
}

/** Returns the evidence kinds of all versions, by code. The first version that requires a kind sets its title. */
export function toEvidenceKinds(versions: Version[]): EvidenceKindMessage[] {
  const titles = new Map<string, LocalizedText>();
  for (const { kind, title } of versions.flatMap(({ evidence = [] }) => evidence)) {
    if (!titles.has(kind)) titles.set(kind, title);
  }
  return [...titles].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, title]) => ({ kind, title }));
}

export const toTextTemplate = ({ code, title, text, placeholders = [] }: RejectionTemplate): TextTemplateMessage => ({
  code,
  title,
  text,
  placeholders,
});

function toEvidenceRule({ kind, title, required, accepts = [], when }: EvidenceRule): EvidenceRuleMessage {
  const rule = { kind, title, required, accepts: accepts.map((proof) => toProtoEnum('EVIDENCE_PROOF_', proof)) };
  if (when === undefined) return rule;
  const { represented, answer, mandate: mandates = [] } = when;
  if (represented) return { ...rule, when: { represented, mandates, condition: 'represented' } };
  if (!answer) return { ...rule, when: { mandates } };
  return { ...rule, when: { answer: { field: answer.field, values: answer.in }, mandates, condition: 'answer' } };
}

function toCostOption(option: CostOption): CostOptionMessage {
  const { code, title, fee, term } = option;
  return {
    code,
    title,
    ...(fee ? { fee: { amountMinor: String(fee.amountMinor), currencyCode: fee.currency } } : { feeNote: FEE_NOTE }),
    plusStateFee: option.plusStateFee ?? false,
    ...(term
      ? {
          term: {
            amount: term.amount,
            unit: toProtoEnum('TERM_UNIT_', term.unit),
            from: toProtoEnum('TERM_START_', term.from),
          },
        }
      : { termNote: TERM_NOTE }),
    countries: option.countries ?? [],
    centreKinds: (option.centreKinds ?? []).map((kind) => toProtoEnum('CENTRE_KIND_', kind)),
    reduction: option.reduction ?? '',
  };
}

const encodedJson = new WeakMap<object, Buffer>();

/** Returns cached JSON in file order, which is the order of the form on the screen. */
function jsonBytes(value: object): Buffer {
  const cached = encodedJson.get(value);
  if (cached) return cached;
  const encoded = Buffer.from(JSON.stringify(value));
  encodedJson.set(value, encoded);
  return encoded;
}
