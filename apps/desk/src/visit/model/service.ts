import type { Content, EvidenceRule, Requirements } from '@cups/application';
import type { Agency, PublicService, PublicServiceVersion, Catalog } from '../../api/types.ts';

/** Requirements of a service beside its form. */

export type CostOption = NonNullable<PublicServiceVersion['costOptions']>[number];
export type Reduction = NonNullable<PublicServiceVersion['reductions']>[number];
export type EvidenceRequirement = NonNullable<PublicServiceVersion['evidence']>[number];
export type DeliveryKind = 'at-centre' | 'electronic' | 'post';

export function findService(catalog: Catalog | undefined, code: string | undefined): PublicService | undefined {
  return catalog?.publicServices.find((service) => service.code === code);
}

export function findAgency(catalog: Catalog, service: PublicService): Agency | undefined {
  return catalog.agencies.find(({ name }) => name === service.version?.provider);
}

/** Returns the requirements for `validateCompleteness`. */
export function toRequirements(service: PublicService | undefined, agency: Agency | undefined): Requirements {
  return {
    evidence: (service?.version?.evidence ?? []).map(toEvidenceRule),
    costOptions: (service?.version?.costOptions ?? []).map(({ code, centreKinds = [] }) => ({ code, centreKinds })),
    acceptsForeignDocuments: agency?.acceptsForeignDocuments ?? false,
  };
}

function toEvidenceRule({ kind, required, accepts, when }: EvidenceRequirement): EvidenceRule {
  const rule: EvidenceRule = { kind, required };
  if (accepts?.includes('verification-code')) rule.acceptsCode = true;
  if (when?.represented) rule.whenRepresented = true;
  if (when?.mandates && when.mandates.length > 0) rule.whenMandate = when.mandates;
  if (when?.answer) rule.whenAnswer = when.answer;
  return rule;
}

/** Returns the required and optional documents for this content, in service order. */
export function findRequestedEvidence(
  service: PublicService | undefined,
  content: Content,
): readonly EvidenceRequirement[] {
  return (service?.version?.evidence ?? []).filter(({ when }) => !when || isConditionMet(when, content));
}

function isConditionMet(
  { represented, mandates = [], answer }: NonNullable<EvidenceRequirement['when']>,
  content: Content,
): boolean {
  if (!represented && mandates.length === 0 && !answer) return true;
  const value = answer && content.answers?.[answer.field];
  return (
    (represented === true && content.represented !== undefined) ||
    mandates.includes((content.mandate?.kind ?? '') as (typeof mandates)[number]) ||
    (answer !== undefined && value !== undefined && answer.values.includes(String(value)))
  );
}

export interface ReducedCostOption {
  option: CostOption;
  reduction: Reduction | undefined;
}

/** Returns the cost options: without and with a reduction by law. */
export function splitCostOptions(service: PublicService | undefined): {
  plain: readonly CostOption[];
  reduced: readonly ReducedCostOption[];
} {
  const { costOptions = [], reductions = [] } = service?.version ?? {};
  return {
    plain: costOptions.filter(({ reduction }) => !reduction),
    reduced: costOptions
      .filter(({ reduction }) => reduction)
      .map((option) => ({ option, reduction: reductions.find(({ code }) => code === option.reduction) })),
  };
}

/** Returns the single cost option, if there is no other and it has no reduction. */
export function findOnlyCostOption(service: PublicService | undefined): CostOption | undefined {
  const { plain, reduced } = splitCostOptions(service);
  return plain.length === 1 && reduced.length === 0 ? plain[0] : undefined;
}

/** Returns the delivery kinds of the outputs; all of them if the outputs are unknown. */
export function listDeliveryKinds(service: PublicService | undefined): readonly DeliveryKind[] {
  const kinds = new Set((service?.version?.outputs ?? []).map(({ kind }) => kind));
  if (kinds.size === 0) return ['at-centre', 'electronic', 'post'];
  const deliveryKinds: DeliveryKind[] = ['at-centre'];
  if (kinds.has('electronic')) deliveryKinds.push('electronic');
  if (kinds.has('paper')) deliveryKinds.push('post');
  return deliveryKinds;
}

/** Returns the cheapest option without a reduction. */
export function findCheapestOption(service: PublicService): CostOption | undefined {
  const priced = splitCostOptions(service).plain.filter(({ fee }) => fee !== undefined);
  return priced.reduce<CostOption | undefined>(
    (least, option) => (least && comparableFee(least) <= comparableFee(option) ? least : option),
    undefined,
  );
}

const comparableFee = ({ fee }: CostOption): number => fee?.amountMinor ?? Infinity;

/** Whether the service pays money to the applicant. */
export function isPayout(service: PublicService): boolean {
  const { outputs = [] } = service.version ?? {};
  return outputs.length > 0 && outputs.every(({ kind }) => kind === 'payment');
}
