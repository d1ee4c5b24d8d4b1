import { defineMessages } from '../language/messages.ts';

/** The choice of an agency by its name. */
export const AGENCY_SEARCH = defineMessages({
  noHits: {
    ro: 'Nu este nicio instituție cu acest nume.',
    ru: 'Учреждения с таким названием нет.',
    en: 'No agency found.',
  },
});
