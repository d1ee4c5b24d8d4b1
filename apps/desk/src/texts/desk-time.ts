import { defineMessages } from '../language/messages.ts';

/** Both times of an act that was done without a line. */
export const DESK_TIME = defineMessages({
  bounded: {
    ro: 'Făcut la ghișeu: {desk}. Înregistrat: {recorded}.',
    ru: 'Сделано на месте: {desk}. Записано: {recorded}.',
    en: 'Done at the desk: {desk}. Recorded: {recorded}.',
  },
  unbounded: {
    ro: 'Ora calculatorului: {desk}, neconfirmată. Înregistrat: {recorded}.',
    ru: 'Время компьютера: {desk}, не подтверждено. Записано: {recorded}.',
    en: 'Clock of the computer: {desk}, not confirmed. Recorded: {recorded}.',
  },
  released: {
    ro: 'Făcut la ghișeu de {operator}, aplicat din carantină.',
    ru: 'Кто оформил: {operator}. Применено из карантина.',
    en: 'Made at the desk by {operator}, released from quarantine.',
  },
});
