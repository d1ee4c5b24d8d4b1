import type { Text } from '@cups/application/texts';
import type { ChainBreak } from '../api/types.ts';
import { defineMessages } from '../language/messages.ts';

/** Chains of acts without a line that something contradicts, for heads and supervisors. */
export const CHAIN_BREAKS = defineMessages({
  title: { ro: 'Lanțuri de acte întrerupte', ru: 'Нарушенные цепочки действий', en: 'Broken chains of acts' },
  lead: {
    ro: 'Actele făcute fără conexiune la aceste calculatoare se contrazic. Actele au fost primite, dar ora de la ghișeu nu contează. Verificați calculatorul împreună cu persoana care a lucrat la el.',
    ru: 'Действия, выполненные без связи на этих компьютерах, противоречат друг другу. Они приняты, но время за стойкой не учитывается. Проверьте компьютер вместе с тем, кто на нём работал.',
    en: 'Acts made without a line on these computers contradict each other. They were taken, but their desk time does not count. Check the computer together with its operator.',
  },
  waiting: {
    ro: 'Calculatoare cu lanțuri de acte întrerupte în ultimele 7 zile: {n}',
    ru: 'Компьютеров с нарушенными цепочками действий за последние 7 дней: {n}',
    en: 'Computers with broken chains of acts in the last 7 days: {n}',
  },
  kind: { ro: 'Ce s-a întâmplat', ru: 'Что произошло', en: 'What happened' },
  when: { ro: 'Când', ru: 'Когда', en: 'When' },
  computer: { ro: 'Calculatorul', ru: 'Компьютер', en: 'Computer' },
  operator: { ro: 'Lucrătorul', ru: 'Сотрудник', en: 'Operator' },
  application: { ro: 'Cererea', ru: 'Заявление', en: 'Application' },
  deskTime: { ro: 'ora de la ghișeu', ru: 'время за стойкой', en: 'time at the desk' },
});

export const CHAIN_BREAK_TEXTS: Readonly<Record<ChainBreak['kind'], Text>> = {
  fork: {
    ro: 'Două acte urmează după același act: profilul browserului poate fi copiat',
    ru: 'Два действия следуют за одним и тем же: профиль браузера мог быть скопирован',
    en: 'Two acts follow the same act: the browser profile may have been copied',
  },
  'sequence-reused': {
    ro: 'Două acte au același număr: profilul poate fi copiat sau restaurat',
    ru: 'У двух действий один номер: профиль мог быть скопирован или восстановлен',
    en: 'Two acts have the same number: the profile may have been copied or restored',
  },
  'time-reversed': {
    ro: 'Un act are o oră dinaintea actului anterior: ceasul a fost dat înapoi',
    ru: 'Время действия раньше предыдущего: часы переведены назад',
    en: 'An act has a time before the act before it: the clock was set back',
  },
  'act-missing': {
    ro: 'Un act nu a ajuns timp de 7 zile, deși cele de după el au ajuns',
    ru: 'Действие не поступило за 7 дней, хотя следующие поступили',
    en: 'An act has not arrived for 7 days, although later ones have',
  },
};
