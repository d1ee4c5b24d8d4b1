import { defineMessages } from '../language/messages.ts';

/** The form that changes the contact of a filed application. */
export const CONTACT_FORM = {
  ...defineMessages({
    effect: {
      ro: 'Instituția nu primește contactul. Mesajele care nu au plecat încă merg la cel nou.',
      ru: 'Учреждение не получает контакт. Ещё не отправленные сообщения уйдут на новый.',
      en: 'The agency does not receive the contact. Messages that were not sent yet go to the new one.',
    },
  }),
  wrong: defineMessages({
    email: {
      ro: 'Scrieți adresa de e-mail, de exemplu ana@example.md.',
      ru: 'Введите адрес эл. почты, например ana@example.md.',
      en: 'Enter the email address, for example ana@example.md.',
    },
    phone: {
      ro: 'Scrieți numărul de telefon, de exemplu +373 69 000 001.',
      ru: 'Введите номер телефона, например +373 69 000 001.',
      en: 'Enter the telephone number, for example +373 69 000 001.',
    },
  }),
};
