import type { Language } from './language.ts';
import type { ResultPlace, Template } from './templates.ts';

/** Texts about a paper result that is decided and has not arrived at the centre yet, so that nobody travels in vain. */

export const ON_THE_WAY_TEMPLATE = {
  ro: [
    'Cererea dumneavoastră a fost aprobată',
    'Cererea dumneavoastră „{service}” a fost aprobată. Rezultatul este pe drum spre centrul {centre}.',
    'Mesajul instituției:\n{agencyText}',
    'Numărul rezultatului: {number}.',
    'Nu trebuie să veniți încă după el.',
    {
      reach: {
        email: 'Vă scriem îndată ce îl puteți ridica.',
        phone: 'Centrul vă sună când îl puteți ridica.',
        none: 'Când îl puteți ridica aflați la centru sau cu numărul de urmărire de mai jos.',
      },
    },
  ],
  ru: [
    'Ваше заявление одобрено',
    'Ваше заявление «{service}» одобрено. Результат находится в пути в центр {centre}.',
    'Сообщение учреждения:\n{agencyText}',
    'Номер результата: {number}.',
    'Приходить за ним пока не нужно.',
    {
      reach: {
        email: 'Мы напишем вам, как только его можно будет получить.',
        phone: 'Центр позвонит вам, когда его можно будет получить.',
        none: 'Когда его можно получить, вы узнаете в центре или по номеру для отслеживания, указанному ниже.',
      },
    },
  ],
  en: [
    'Your application has been approved',
    'Your application “{service}” has been approved. The result is on its way to the centre {centre}.',
    'Message from the institution:\n{agencyText}',
    'Number of the result: {number}.',
    'There is no need to come for it yet.',
    {
      reach: {
        email: 'We will write to you as soon as you can collect it.',
        phone: 'The centre will call you when you can collect it.',
        none: 'You can learn when to collect it at the centre, or with the tracking number below.',
      },
    },
  ],
} satisfies Record<Language, Template>;

/** Last paragraph of the notice of a corrected result. */
export const COLLECT_CORRECTED: Record<Language, Record<ResultPlace, string>> = {
  ro: {
    arrived: 'Vă rugăm să vă adresați centrului {centre}. Dacă aveți deja rezultatul, luați-l cu dumneavoastră.',
    onItsWay: 'Rezultatul corectat este pe drum spre centrul {centre}. Vă anunțăm când îl puteți ridica.',
  },
  ru: {
    arrived: 'Пожалуйста, обратитесь в центр {centre}. Если результат уже у вас, возьмите его с собой.',
    onItsWay: 'Исправленный результат находится в пути в центр {centre}. Мы сообщим, когда его можно будет получить.',
  },
  en: {
    arrived: 'Please contact the centre {centre}. If you already have the result, bring it with you.',
    onItsWay: 'The corrected result is on its way to the centre {centre}. We will tell you when you can collect it.',
  },
};
