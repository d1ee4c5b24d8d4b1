import type { Language } from './language.ts';
import type { Template } from './templates.ts';

/** The notice that the legal term has passed. It names another day only if the agency did, and that day has not passed. */
export const TERM_PASSED_TEMPLATE: Record<Language, Template> = {
  ro: [
    'Termenul de răspuns la cererea dumneavoastră a trecut',
    'Instituția nu a luat încă o decizie privind cererea dumneavoastră „{service}”.',
    'Termenul legal de răspuns a fost {due}.',
    'Instituția a anunțat că va decide până la {expected}. Este estimarea ei; termenul legal nu se schimbă.',
    'Instituția a primit un avertisment, iar centrul urmărește cererea. Nu trebuie să faceți nimic.',
    'La centrul {centre} specialistul vă explică ce puteți face mai departe.',
  ],
  ru: [
    'Срок ответа на ваше заявление истёк',
    'Учреждение ещё не приняло решения по вашему заявлению «{service}».',
    'Законный срок ответа был {due}.',
    'Учреждение сообщило, что примет решение до {expected}. Это его оценка; законный срок не меняется.',
    'Учреждению отправлено напоминание, центр следит за заявлением. Вам ничего делать не нужно.',
    'В центре {centre} специалист объяснит, что можно сделать дальше.',
  ],
  en: [
    'The term for the answer to your application has passed',
    'The institution has not decided on your application “{service}” yet.',
    'The legal term ended on {due}.',
    'The institution expects to decide by {expected}. This is its own estimate. It does not change the legal term.',
    'The institution has been reminded, and the centre follows the application. You do not have to do anything.',
    'At the centre {centre} the specialist will explain what you can do next.',
  ],
};
