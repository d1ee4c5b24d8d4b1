import type { Text } from '@cups/application/texts';
import type { UndecidedAgency } from '../api/types.ts';
import { defineMessages } from '../language/messages.ts';

/** Applications that an agency passed on. */
export const PASSING_ON = defineMessages({
  title: { ro: 'Altă instituție', ru: 'Другое учреждение', en: 'Another agency' },
  question: {
    ro: '{agency} spune că este competentă {other}. Este persoana de acord ca {other} să primească cererea?',
    ru: '{agency} считает, что заявление относится к {other}. Согласен ли человек передать его туда?',
    en: '{agency} says that {other} is competent. Does the person agree that {other} receives the application?',
  },
  consequence: {
    ro: 'Fără acord, cererea se întoarce la {agency}. Termenul legal curge. De la {day} poate hotărî un supervizor.',
    ru: 'Без согласия заявление вернётся в {agency}. Законный срок идёт. С {day} решить может супервизор.',
    en: 'Without consent, the application returns to {agency}. The legal term keeps running. From {day} a supervisor may decide.',
  },
});

/** Applications for which a supervisor decides the agency. */
export const UNDECIDED_AGENCIES = defineMessages({
  title: { ro: 'Cereri fără instituție', ru: 'Заявления без учреждения', en: 'Applications without an agency' },
  lead: {
    ro: 'O instituție le-a transmis mai departe, iar platforma nu poate hotărî cui. Termenul legal curge.',
    ru: 'Учреждение передало их дальше, а кому — платформа решить не может. Законный срок идёт.',
    en: 'An agency passed them on, and the platform cannot decide to whom. The legal term keeps running.',
  },
  none: { ro: 'Nicio cerere nu așteaptă.', ru: 'Ни одно заявление не ждёт.', en: 'No application is waiting.' },
  from: { ro: 'A transmis-o', ru: 'Передало', en: 'Passed on by' },
  to: { ro: 'Către', ru: 'Кому', en: 'To' },
  why: { ro: 'De ce așteaptă', ru: 'Почему ждёт', en: 'Why it waits' },
  since: { ro: 'De la', ru: 'С', en: 'Since' },
  due: { ro: 'Termen', ru: 'Срок', en: 'Due' },
  agency: { ro: 'Instituția', ru: 'Учреждение', en: 'Agency' },
  wrongAgency: {
    ro: 'Scrieți numele și alegeți o instituție.',
    ru: 'Введите название и выберите учреждение.',
    en: 'Type a name and choose an agency.',
  },
  assign: { ro: 'Trimite', ru: 'Отправить', en: 'Send' },
  assigned: { ro: 'Cererea a plecat.', ru: 'Заявление отправлено.', en: 'The application was sent.' },
});

export const PASSING_ON_CAUSE_TEXTS: Record<UndecidedAgency['cause'], Text> = {
  'not-covered': {
    ro: 'persoana nu a răspuns',
    ru: 'человек не ответил',
    en: 'the person has not answered',
  },
  circle: { ro: 'a avut-o deja', ru: 'оно уже было там', en: 'that agency had it before' },
  'too-many-steps': { ro: 'a treia transmitere', ru: 'третья передача', en: 'passed on for the third time' },
  'agency-unknown': { ro: 'instituție necunoscută', ru: 'неизвестное учреждение', en: 'unknown agency' },
};
