import { createHash } from 'node:crypto';
import { canonicalJson } from '@cups/contracts/node';
import { fromProtoEnum } from '@cups/contracts/proto';
import type { CostOption__Output as CostOptionIn } from '@cups/contracts/gen/cups/catalog/v1/CostOption.ts';
import type { EscalationRule__Output as EscalationRuleIn } from '@cups/contracts/gen/cups/catalog/v1/EscalationRule.ts';
import type { EvidenceRule__Output as EvidenceRuleIn } from '@cups/contracts/gen/cups/catalog/v1/EvidenceRule.ts';
import type { PublicServiceVersion__Output as VersionIn } from '@cups/contracts/gen/cups/catalog/v1/PublicServiceVersion.ts';
import type { LocalizedText__Output as TextIn } from '@cups/contracts/gen/cups/type/v1/LocalizedText.ts';
import { ESCALATION_ACTIONS, ESCALATION_STEPS } from '@cups/application/escalation';
import type { EvidenceRule } from '@cups/application';
import type { OutputKind, ServiceVersion, Text } from '../domain/application.ts';
import type { EscalationOverrides } from '../domain/escalation.ts';
import { omitEmpty } from './omit-empty.ts';

/** Converts service versions of the catalog. */

/**
 * Converts a service version to the copy that intake stores. `_id` ends in a hash of the content, independent of
 * member order.
 */
export function fromVersion(wire: VersionIn): ServiceVersion {
  const version: Omit<ServiceVersion, '_id'> = {
    publicService: wire.publicService,
    version: wire.version,
    title: fromText(wire.title),
    agency: wire.provider,
    ...omitEmpty({ validTo: wire.validTo, theme: wire.theme }),
    outputs: wire.outputs.map(({ kind }) => fromProtoEnum('OUTPUT_KIND_', kind) as OutputKind),
    evidence: wire.evidence.map(fromEvidenceRule),
    costOptions: wire.costOptions.map(fromCostOption),
    form: JSON.parse(wire.formSchema.toString('utf8') || '{}') as ServiceVersion['form'],
    ...(wire.escalation.length > 0 && { escalation: fromEscalation(wire.escalation) }),
  };
  const hash = createHash('sha256').update(canonicalJson(version)).digest('hex').slice(0, 16);
  const code = wire.publicService.slice(wire.publicService.indexOf('/') + 1);
  return { _id: `${code}@${wire.version}:${hash}`, ...version };
}

function fromEvidenceRule({ kind, required, when, accepts }: EvidenceRuleIn): EvidenceRule {
  const rule: EvidenceRule = { kind, required };
  if (accepts.includes('EVIDENCE_PROOF_VERIFICATION_CODE')) rule.acceptsCode = true;
  if (when && when.mandates.length > 0) rule.whenMandate = when.mandates;
  if (when?.represented) rule.whenRepresented = true;
  if (when?.answer) rule.whenAnswer = { field: when.answer.field, values: when.answer.values };
  return rule;
}

type CostOption = ServiceVersion['costOptions'][number];
type Term = NonNullable<CostOption['term']>;

function fromCostOption({ code, centreKinds, fee, term }: CostOptionIn): CostOption {
  const option: CostOption = { code, centreKinds: centreKinds.map((kind) => fromProtoEnum('CENTRE_KIND_', kind)) };
  if (fee) option.fee = { amountMinor: Number(fee.amountMinor), currency: fee.currencyCode };
  if (term) {
    option.term = {
      amount: term.amount,
      // Catalog terms always have a unit and a start.
      unit: fromProtoEnum('TERM_UNIT_', term.unit) as Term['unit'],
      from: fromProtoEnum('TERM_START_', term.from) as Term['from'],
    };
  }
  return option;
}

/** A step or an action of a later release is left out. */
function fromEscalation(rules: EscalationRuleIn[]): EscalationOverrides {
  const overrides: EscalationOverrides = {};
  for (const step of ESCALATION_STEPS) {
    const rule = rules.find((candidate) => candidate.step === step);
    if (!rule) continue;
    const actions = ESCALATION_ACTIONS.filter((action) => rule.actions.includes(action));
    overrides[step] = { actions, ...omitEmpty({ workingHours: rule.workingHours }) };
  }
  return overrides;
}

function fromText(wire: TextIn | null): Text {
  return wire ? omitEmpty({ ro: wire.ro, ru: wire.ru, en: wire.en }) : {};
}
