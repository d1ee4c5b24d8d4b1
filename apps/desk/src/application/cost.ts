import type { Application, Money, Catalog } from '../api/types.ts';
import type { LanguageContextValue } from '../language/language.tsx';
import { formatMoney } from '../language/money.ts';
import { useCatalog } from '../session/catalog.ts';

/**
 * The cost of an application by today's catalog. Drafts and submissions keep the service version they were opened
 * with.
 */

type CostOption = NonNullable<NonNullable<Catalog['publicServices'][number]['version']>['costOptions']>[number];

export function useCostOption({ publicService, costOption }: Application): CostOption | undefined {
  const catalog = useCatalog();
  const service = catalog?.publicServices.find(({ name }) => name === publicService);
  return service?.version?.costOptions?.find(({ code }) => code === costOption);
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
