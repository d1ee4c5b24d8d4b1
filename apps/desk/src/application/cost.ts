import type { Application, Money, Registry } from '../api/types.ts';
import type { Spoken } from '../language/language.tsx';
import { money } from '../language/money.ts';
import { useRegistry } from '../session/registry.ts';

/** What an application costs, by the registry of today; a draft and a filed one keep the version that they were opened with. */

type CostOption = NonNullable<NonNullable<Registry['publicServices'][number]['version']>['costOptions']>[number];

export function useCostOption({ publicService, costOption }: Application): CostOption | undefined {
  const registry = useRegistry();
  const service = registry?.publicServices.find(({ name }) => name === publicService);
  return service?.version?.costOptions?.find(({ code }) => code === costOption);
}

export function useFee(application: Application): Money | undefined {
  return useCostOption(application)?.fee;
}

/** Whether something is to be paid for what was filed, and no receipt was noted. */
export function isUnpaid({ payment, submissionCount }: Application, option: CostOption | undefined): boolean {
  return payment === undefined && (submissionCount ?? 0) > 0 && (option?.fee?.amountMinor ?? 0) > 0;
}

/** `70,00 MDL`, or the words for a fee that is not known. */
export function costOf(option: CostOption | undefined, t: Spoken['t']): string {
  if (!option) return '';
  return option.fee ? `${t(option.title)}: ${money(option.fee)}` : t(option.noFee) || t(option.title);
}
