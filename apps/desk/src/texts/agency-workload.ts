import { defineMessages } from '../language/messages.ts';

/** The workload of an agency, for its managers. */
export const AGENCY_WORKLOAD = defineMessages({
  title: { ro: 'Cine la ce lucrează', ru: 'Нагрузка сотрудников', en: 'Workload' },
  clerk: { ro: 'Funcționarul', ru: 'Сотрудник', en: 'Clerk' },
  open: { ro: 'De lucrat', ru: 'В работе', en: 'Open' },
  overdue: { ro: 'Cu termen depășit', ru: 'Просрочено', en: 'Overdue' },
  oldest: { ro: 'Cea mai veche', ru: 'Самое старое', en: 'Oldest' },
  decided: { ro: 'Decise în {days} de zile', ru: 'Решено за {days} дней', en: 'Decided in {days} days' },
  median: { ro: 'Zile până la decizie, mediana', ru: 'Дней до решения, медиана', en: 'Days to a decision, median' },
  nobody: { ro: 'Nepreluate', ru: 'Никем не взяты', en: 'Unassigned' },
  left: { ro: 'nu mai lucrează aici', ru: 'больше не работает', en: 'has left' },
  truncated: {
    ro: 'Sunt mai multe cereri decât se numără aici.',
    ru: 'Заявлений больше, чем здесь учтено.',
    en: 'There are more applications than are counted here.',
  },
  giveTo: { ro: 'Dau unui coleg', ru: 'Передать коллеге', en: 'Give to a colleague' },
  choose: { ro: 'Alegeți colegul', ru: 'Выберите коллегу', en: 'Choose a colleague' },
  give: { ro: 'Dau', ru: 'Передать', en: 'Give' },
});
