import { defineMessages } from '../language/messages.ts';

/** The link from the queue to the mandates of the centre. Apart, because the queue loads first. */
export const MANDATES_LINK = defineMessages({
  title: { ro: 'Împuterniciri', ru: 'Полномочия', en: 'Mandates' },
  endingSoon: { ro: 'Împuterniciri pe sfârșite', ru: 'Истекающие полномочия', en: 'Mandates ending soon' },
});
