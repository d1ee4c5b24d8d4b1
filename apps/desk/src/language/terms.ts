import { interpolateText } from '@cups/application/texts';
import type { Text } from '@cups/application/texts';
import type { CostOption, LocalizedText } from '../api/types.ts';
import { FEE_TEXTS, TERM_TEXTS } from '../texts/content.ts';
import { CALENDAR_DAYS, HOURS, WORKING_DAYS } from '../texts/counts.ts';
import { formatMoney } from './money.ts';
import { plural } from './plurals.ts';

/** Duration and fee of a service, in all three languages. */

const NOUNS = { hours: HOURS, 'working-days': WORKING_DAYS, 'calendar-days': CALENDAR_DAYS };

/** Returns `în 30 de zile lucrătoare de la depunere`, or the service's text for an unknown duration. */
export function termText({ term, termNote }: Pick<CostOption, 'term' | 'termNote'>): LocalizedText {
  if (!term) return termNote ?? TERM_TEXTS.unknown;
  const { amount, unit, from } = term;
  if (amount === 0) return TERM_TEXTS.atOnce;
  return inAllLanguages((language) =>
    interpolateText(TERM_TEXTS[from][language], { amount: plural(amount, language, NOUNS[unit]) }),
  );
}

/** Returns `70,00 MDL`, with the state fee if any, or the service's text for an unknown fee. */
export function feeText({
  fee,
  plusStateFee,
  feeNote,
}: Pick<CostOption, 'fee' | 'plusStateFee' | 'feeNote'>): LocalizedText {
  if (!fee) return feeNote ?? FEE_TEXTS.unknown;
  return inAllLanguages((language) => {
    const amount = fee.amountMinor === 0 ? FEE_TEXTS.free[language] : formatMoney(fee);
    return plusStateFee ? interpolateText(FEE_TEXTS.plusStateFee[language], { fee: amount }) : amount;
  });
}

function inAllLanguages(format: (language: keyof Text) => string): Text {
  return { ro: format('ro'), ru: format('ru'), en: format('en') };
}
