import type { ApplicationRow, Catalog } from '../api/types.ts';

export type CostOption = NonNullable<NonNullable<Catalog['publicServices'][number]['version']>['costOptions']>[number];

/** What an application says about its cost: the public service and the chosen option. */
export type ChosenCost = Pick<ApplicationRow, 'publicService' | 'costOption'>;

export function findCostOption(catalog: Catalog | undefined, chosen: ChosenCost): CostOption | undefined {
  const service = catalog?.publicServices.find(({ name }) => name === chosen.publicService);
  return service?.version?.costOptions?.find(({ code }) => code === chosen.costOption);
}

/** Whether the application of a row owes a fee, by today's catalog, whose payment the caller may record. */
export function isRowUnpaid(row: ChosenCost & Pick<ApplicationRow, 'allowedActions'>, catalog?: Catalog): boolean {
  const fee = findCostOption(catalog, row)?.fee;
  return row.allowedActions.includes('record-payment') && (fee?.amountMinor ?? 0) > 0;
}
