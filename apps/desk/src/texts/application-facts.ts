import { defineMessages } from '../language/messages.ts';

/** Facts and history of an application, which the queue shows too. */
export const APPLICATION_FACTS = defineMessages({
  way: { ro: 'Parcursul cererii', ru: 'Ход заявления', en: 'History' },
  atCentre: { ro: 'la centrul {centre}', ru: 'в центре {centre}', en: 'at the centre {centre}' },
  older: { ro: 'pași mai vechi: {n}', ru: 'более ранних шагов: {n}', en: 'older steps: {n}' },
  showEarlier: { ro: 'Arată pașii mai vechi', ru: 'Показать более ранние шаги', en: 'Show earlier steps' },
  name: { ro: 'Nume', ru: 'Имя', en: 'Name' },
  represented: { ro: 'Pentru', ru: 'Для кого', en: 'For' },
  mandate: { ro: 'Temei', ru: 'Основание', en: 'Ground' },
  document: { ro: 'Act străin', ru: 'Иностранный документ', en: 'Foreign document' },
  contact: { ro: 'Contact', ru: 'Контакт', en: 'Contact' },
  noContact: { ro: 'nici e-mail, nici telefon', ru: 'ни почты, ни телефона', en: 'no email or phone' },
  language: { ro: 'Limba', ru: 'Язык', en: 'Language' },
  number: { ro: 'Nr. de urmărire', ru: 'Номер', en: 'Tracking no.' },
  agency: { ro: 'Instituția', ru: 'Учреждение', en: 'Agency' },
  payment: { ro: 'Plata', ru: 'Оплата', en: 'Payment' },
  unpaid: { ro: 'neachitată', ru: 'не отмечена', en: 'not recorded' },
  paid: { ro: 'Plătit', ru: 'Оплачено', en: 'Paid' },
  paidBy: { ro: '{amount}, chitanța {number}', ru: '{amount}, квитанция {number}', en: '{amount}, receipt {number}' },
  delivery: { ro: 'Eliberare', ru: 'Получение', en: 'Delivery' },
  result: { ro: 'Rezultat', ru: 'Результат', en: 'Result' },
  validUntil: { ro: 'Valabil până', ru: 'Действует до', en: 'Valid until' },
  code: { ro: 'Cod de verificare', ru: 'Код проверки', en: 'Verification code' },
  seen: {
    ro: 'Văzută de {times} de {people}',
    ru: 'Просмотров: {times}, людей: {people}',
    en: 'Viewed {times} by {people}',
  },
  seenBy: { ro: 'Văzută de {who}, {when}', ru: 'Смотрел(а) {who}, {when}', en: 'Viewed by {who}, {when}' },
  aColleague: { ro: 'Un coleg', ru: 'Коллега', en: 'A colleague' },
});
