import type { Application, Money } from '../api/types.ts';
import type { LanguageContextValue } from '../language/language.tsx';
import { formatMoney } from '../language/money.ts';
import { useCatalog } from '../session/catalog.ts';
import { findCostOption } from './cost-options.ts';
import type { ChosenCost, CostOption } from './cost-options.ts';

/**
 * The cost of an application by today's catalog. Drafts and submissions keep the service version they were opened
 * with.
 */

export function useCostOption(chosen: ChosenCost): CostOption | undefined {
  return findCostOption(useCatalog(), chosen);
}

export function useFee(application: Application): Money | undefined {
  return useCostOption(application)?.fee;
}

/** Whether a fee is due for a submission and no receipt is recorded. */
export function isUnpaid({ payment, submissionCount }: Application, option: CostOption | undefined): boolean {
  return payment === undefined && (submissionCount ?? 0) > 0 && (option?.fee?.amountMinor ?? 0) > 0;
}

/** Returns `title: 70,00 MDL`, or the service's text for an unknown fee. */
export function costText(option: CostOption | undefined, t: LanguageContextValue['t']): string {
  if (!option) return '';
  return option.fee ? `${t(option.title)}: ${formatMoney(option.fee)}` : t(option.feeNote) || t(option.title);
}
