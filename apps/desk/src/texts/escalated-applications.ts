import { defineMessages } from '../language/messages.ts';

/** Applications of silent agencies, for supervisors. */
export const ESCALATED = defineMessages({
  title: { ro: 'Cereri care așteaptă în tăcere', ru: 'Заявления без ответа', en: 'Applications of silent agencies' },
  none: {
    ro: 'Nicio cerere nu așteaptă peste termen.',
    ru: 'Нет заявлений, ждущих сверх срока.',
    en: 'No application waits past its term.',
  },
  step: { ro: 'Pasul', ru: 'Этап', en: 'Step' },
  allSteps: { ro: 'toți pașii', ru: 'все этапы', en: 'all steps' },
  since: { ro: 'De la', ru: 'С', en: 'Since' },
  due: { ro: 'Termen', ru: 'Срок', en: 'Due' },
  reminders: { ro: 'Atenționări', ru: 'Напоминания', en: 'Reminders' },
  lastReply: { ro: 'Ultimul răspuns', ru: 'Последний ответ', en: 'Last reply' },
  never: { ro: 'niciunul', ru: 'нет', en: 'none' },
  complaint: { ro: 'Plângere', ru: 'Жалоба', en: 'Complaint' },
  unanswered: { ro: 'fără răspuns, zile: {n}', ru: 'без ответа, дней: {n}', en: 'no answer, days: {n}' },
  count: { ro: 'cereri: {n}', ru: 'заявлений: {n}', en: 'applications: {n}' },
  noContact: { ro: 'fără contact', ru: 'контакта нет', en: 'no contact' },
});
