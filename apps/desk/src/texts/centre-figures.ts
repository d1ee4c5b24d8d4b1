import { defineMessages } from '../language/messages.ts';

/** Counts and times of the own centre, for its managers. */
export const CENTRE_FIGURES = defineMessages({
  title: { ro: 'Cererile centrului', ru: 'Заявления центра', en: 'Applications of the centre' },
  lead: {
    ro: 'Cererile depuse în perioada aleasă, și starea lor de acum. Timpii sunt mediane. Instruirile nu se numără.',
    ru: 'Заявления, поданные за выбранный период, и их состояние сейчас. Время — медиана. Учебные не считаются.',
    en: 'Applications filed in the chosen period, in their present state. Times are medians. Training is not counted.',
  },
  decided: { ro: 'Decise', ru: 'Решено', en: 'Decided' },
  overdue: { ro: 'Peste termen la instituții', ru: 'Просрочено в учреждениях', en: 'Overdue at agencies' },
  toHandOver: { ro: 'De înmânat', ru: 'К выдаче', en: 'To hand over' },
});
