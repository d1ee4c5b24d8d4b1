import { defineMessages } from '../language/messages.ts';

/** The switch that cuts the line for an exercise. */
export const LINE = defineMessages({
  cut: { ro: 'Taie legătura', ru: 'Отключить связь', en: 'Cut the line' },
  restore: { ro: 'Restabilește legătura', ru: 'Восстановить связь', en: 'Restore the line' },
  help: {
    ro: 'Pentru exersare: pagina lucrează ca fără rețea, și după reîncărcare, până restabiliți legătura.',
    ru: 'Для упражнения: страница работает как без сети, и после перезагрузки, пока вы не восстановите связь.',
    en: 'For practice: the page works as without a network, also after a reload, until you restore the line.',
  },
  isCut: {
    ro: 'Legătura este tăiată din meniu.',
    ru: 'Связь отключена в меню.',
    en: 'The line is cut by the switch in the menu.',
  },
});
