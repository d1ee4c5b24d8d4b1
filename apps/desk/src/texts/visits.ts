import { defineMessages } from '../language/messages.ts';

/** The words of tabs and of what is open at a desk; those of the screens of a visit are in visit.ts. */
export const VISITS = defineMessages({
  newVisit: { ro: 'Vizită nouă', ru: 'Новое посещение', en: 'New visit' },
  other: { ro: 'Altă vizită', ru: 'Другое посещение', en: 'Another visit' },
  filed: { ro: 'depusă', ru: 'подано', en: 'filed' },
  draft: { ro: 'ciornă', ru: 'черновик', en: 'draft' },
});
