import { defineMessages } from '../language/messages.ts';

/** Tabs of open visits. The screens of a visit are in visit.ts. */
export const VISITS = defineMessages({
  newVisit: { ro: 'Vizită nouă', ru: 'Новое посещение', en: 'New visit' },
  other: { ro: 'Altă vizită', ru: 'Другое посещение', en: 'Another visit' },
  filed: { ro: 'depusă', ru: 'подано', en: 'filed' },
  taken: { ro: 'luată la ghișeu', ru: 'принято в центре', en: 'taken at the desk' },
  draft: { ro: 'ciornă', ru: 'черновик', en: 'draft' },
});
