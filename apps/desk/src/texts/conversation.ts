import { defineMessages } from '../language/messages.ts';

/** Messages between desk and agency. */
export const CONVERSATION = defineMessages({
  withAgency: { ro: 'Mesaje cu instituția', ru: 'Сообщения с учреждением', en: 'Messages with the agency' },
  withDesk: { ro: 'Mesaje cu centrul', ru: 'Сообщения с центром', en: 'Messages with the centre' },
  notThePerson: { ro: 'solicitantul nu le vede', ru: 'заявитель их не видит', en: 'not visible to the applicant' },
  toAgency: { ro: 'Scrieți instituției', ru: 'Напишите учреждению', en: 'Write to the agency' },
  toDesk: { ro: 'Scrieți centrului', ru: 'Напишите центру', en: 'Write to the centre' },
  send: { ro: 'Trimite mesajul', ru: 'Отправить сообщение', en: 'Send message' },
  sending: { ro: 'Se trimite…', ru: 'Отправляется…', en: 'Sending…' },
  pending: { ro: 'Se trimite când este legătură.', ru: 'Уйдёт, когда будет связь.', en: 'It is sent with a line.' },
  left: { ro: '{n} din {max} caractere', ru: '{n} из {max} знаков', en: '{n} of {max} characters' },
  centre: { ro: 'Centrul', ru: 'Центр', en: 'The centre' },
  unread: { ro: 'mesaj de la centru', ru: 'сообщение центра', en: 'message from the centre' },
});
