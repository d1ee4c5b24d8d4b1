import type { Language } from './language.ts';
import type { Template } from './templates.ts';

/** The notice that an agency passed the application on. It names who has it now; names of agencies are public. */
export const PASSED_ON_TEMPLATE: Record<Language, Template> = {
  ro: [
    'Cererea dumneavoastră a fost transmisă altei instituții',
    'Instituția care a primit cererea dumneavoastră „{service}” nu este competentă și a transmis-o mai departe.',
    'Cererea este acum la: {agency}.',
    'Termenul legal de răspuns rămâne {due}.',
    'Nu trebuie să faceți nimic. La centrul {centre} specialistul vă poate explica.',
  ],
  ru: [
    'Ваше заявление передано другому учреждению',
    'Учреждение, которое получило ваше заявление «{service}», не компетентно и передало его дальше.',
    'Сейчас заявление находится здесь: {agency}.',
    'Законный срок ответа прежний: {due}.',
    'Вам ничего делать не нужно. В центре {centre} специалист всё объяснит.',
  ],
  en: [
    'Your application was passed on to another institution',
    'The institution that received your application “{service}” is not competent and passed it on.',
    'The application is now with: {agency}.',
    'The legal term stays {due}.',
    'You do not have to do anything. At the centre {centre} the specialist can explain.',
  ],
};
