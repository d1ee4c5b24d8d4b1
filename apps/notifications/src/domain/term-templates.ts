import type { Language } from './language.ts';
import type { Template } from './templates.ts';

/** The notice that the legal term has passed. It names no other date: an agency that gives one sends a message of its own. */
export const TERM_PASSED_TEMPLATE: Record<Language, Template> = {
  ro: [
    'Termenul de răspuns la cererea dumneavoastră a trecut',
    'Instituția nu a luat încă o decizie privind cererea dumneavoastră „{service}”.',
    'Termenul legal de răspuns a fost {due}.',
    'Instituția a primit un avertisment, iar centrul urmărește cererea. Nu trebuie să faceți nimic.',
    'La centrul {centre} specialistul vă explică ce puteți face mai departe.',
  ],
  ru: [
    'Срок ответа на ваше заявление истёк',
    'Учреждение ещё не приняло решения по вашему заявлению «{service}».',
    'Законный срок ответа был {due}.',
    'Учреждению отправлено напоминание, центр следит за заявлением. Вам ничего делать не нужно.',
    'В центре {centre} специалист объяснит, что можно сделать дальше.',
  ],
  en: [
    'The term for the answer to your application has passed',
    'The institution has not decided on your application “{service}” yet.',
    'The legal term ended on {due}.',
    'The institution has been reminded, and the centre follows the application. You do not have to do anything.',
    'At the centre {centre} the specialist will explain what you can do next.',
  ],
};
