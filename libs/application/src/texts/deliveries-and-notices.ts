import type { DeliveryCause, DeliveryState, NoticeCause, NoticeKind } from '../vocabularies.ts';
import type { Text } from './text.ts';

/** Texts of deliveries to agencies and notices to applicants. */

export const DELIVERY_STATE_TEXTS: Record<DeliveryState, Text> = {
  queued: { ro: 'Așteaptă să plece', ru: 'Ждёт отправки', en: 'Waits to go out' },
  sent: { ro: 'Trimisă autorității', ru: 'Отправлено ведомству', en: 'Sent to the agency' },
  acknowledged: { ro: 'Primită de autoritate', ru: 'Получено ведомством', en: 'Received by the agency' },
  answered: { ro: 'Autoritatea a decis', ru: 'Ведомство решило', en: 'The agency decided' },
  cancelled: { ro: 'Oprită', ru: 'Прекращено', en: 'Stopped' },
  failed: { ro: 'Nu a putut pleca', ru: 'Не отправлено', en: 'Could not be sent' },
};

export const DELIVERY_CAUSE_TEXTS: Record<DeliveryCause, Text> = {
  AGENCY_UNKNOWN: {
    ro: 'Platforma nu cunoaște încă autoritatea.',
    ru: 'Платформа ещё не знает ведомство.',
    en: 'The platform does not know the agency yet.',
  },
  SUBMISSION_NOT_FOUND: {
    ro: 'Nu s-a găsit ce trebuia trimis.',
    ru: 'Не найдено то, что нужно отправить.',
    en: 'What had to be sent was not found.',
  },
  AGENCY_MISMATCH: {
    ro: 'Cererea este pentru altă autoritate.',
    ru: 'Заявление для другого ведомства.',
    en: 'The application is for another agency.',
  },
  TRAINING_MISMATCH: {
    ro: 'Exercițiu și cerere adevărată s-au amestecat.',
    ru: 'Учебное и настоящее перепутаны.',
    en: 'Practice and real work were mixed.',
  },
  CONTENT_INVALID: {
    ro: 'Conținutul nu are forma convenită.',
    ru: 'Содержание не в согласованной форме.',
    en: 'The content is not of the agreed form.',
  },
  NOT_CLOUDEVENTS: {
    ro: 'Mesajului îi lipsesc date de însoțire.',
    ru: 'У сообщения нет сопроводительных данных.',
    en: 'The message lacks what goes with it.',
  },
  UNKNOWN_TYPE: { ro: 'Fel de mesaj necunoscut.', ru: 'Неизвестный вид сообщения.', en: 'An unknown kind of message.' },
  SOURCE_MISMATCH: {
    ro: 'Mesajul vine de la altcineva decât spune.',
    ru: 'Сообщение пришло не от того, кто указан.',
    en: 'The message comes from somebody else than it says.',
  },
  TOO_LARGE: { ro: 'Mesajul este prea mare.', ru: 'Сообщение слишком велико.', en: 'The message is too large.' },
  NOT_JSON: {
    ro: 'Mesajul nu poate fi citit.',
    ru: 'Сообщение нельзя прочитать.',
    en: 'The message cannot be read.',
  },
  KEY_MISMATCH: {
    ro: 'Mesajul numește cereri diferite.',
    ru: 'В сообщении указаны разные заявления.',
    en: 'The message names different applications.',
  },
  FOREIGN_AGENCY: {
    ro: 'Mesajul este al altei autorități.',
    ru: 'Сообщение другого ведомства.',
    en: 'The message is of another agency.',
  },
  FOREIGN_DELIVERY: {
    ro: 'Mesajul este despre cererea altei autorități.',
    ru: 'Сообщение о заявлении другого ведомства.',
    en: 'The message is about another agency’s application.',
  },
  NOTHING_SENT: {
    ro: 'Autoritatea a răspuns înainte să i se trimită ceva.',
    ru: 'Ведомство ответило прежде, чем ему что-то отправили.',
    en: 'The agency answered before anything was sent to it.',
  },
  ID_REUSED: {
    ro: 'Autoritatea a folosit același număr pentru alt mesaj.',
    ru: 'Ведомство дало другому сообщению тот же номер.',
    en: 'The agency used one number for two messages.',
  },
  UNKNOWN_SUBMISSION: {
    ro: 'Mesajul răspunde la ceva ce nu s-a trimis.',
    ru: 'Сообщение отвечает на то, что не отправлялось.',
    en: 'The message answers what was not sent.',
  },
  UNKNOWN_PAPER_KIND: {
    ro: 'Autoritatea cere un act care nu este în listă.',
    ru: 'Ведомство просит документ, которого нет в списке.',
    en: 'The agency asks for a paper that is not in the list.',
  },
  REASON_BLANK: {
    ro: 'Autoritatea a trimis o hotărâre fără motiv.',
    ru: 'Ведомство прислало решение без причины.',
    en: 'The agency sent a decision without a reason.',
  },
  TOO_MANY_REFUSED: {
    ro: 'Prea multe mesaje greșite; următoarele nu se mai arată.',
    ru: 'Слишком много неверных сообщений; дальнейшие не показываются.',
    en: 'Too many wrong messages; further ones are not shown.',
  },
  OTHER: { ro: 'Altă cauză.', ru: 'Другая причина.', en: 'Another cause.' },
};

export const NOTICE_KIND_TEXTS: Record<NoticeKind, Text> = {
  'application-submitted': { ro: 'Cererea a fost depusă', ru: 'Заявление подано', en: 'Filed' },
  'documents-requested': { ro: 'Se cer documente', ru: 'Запрошены документы', en: 'Documents requested' },
  'result-ready': { ro: 'Rezultatul este gata', ru: 'Результат готов', en: 'The result is ready' },
  'application-rejected': { ro: 'Cererea a fost respinsă', ru: 'В заявлении отказано', en: 'Rejected' },
  'application-withdrawn': { ro: 'Cererea a fost retrasă', ru: 'Заявление отозвано', en: 'Withdrawn' },
  'application-expired': { ro: 'Cererea a expirat', ru: 'Срок заявления истёк', en: 'Expired' },
  'result-corrected': { ro: 'Rezultatul a fost corectat', ru: 'Результат исправлен', en: 'The result was corrected' },
  'result-revoked': { ro: 'Rezultatul a fost revocat', ru: 'Результат отозван', en: 'The result was revoked' },
  other: { ro: 'Alt mesaj', ru: 'Другое сообщение', en: 'Another message' },
};

/** Why a notice was not sent, and what to do about it. */
export const NOTICE_CAUSE_TEXTS: Record<NoticeCause, Text> = {
  overtaken: {
    ro: 'Între timp s-a schimbat; mesajul nu mai era adevărat.',
    ru: 'Тем временем всё изменилось; сообщение уже неверно.',
    en: 'It changed meanwhile; the message was true no more.',
  },
  'application-unknown': {
    ro: 'Cererea nu s-a găsit.',
    ru: 'Заявление не найдено.',
    en: 'The application was not found.',
  },
  'address-invalid': {
    ro: 'Adresa de e-mail nu este corectă. Sunați persoana.',
    ru: 'Адрес электронной почты неверен. Позвоните человеку.',
    en: 'The e-mail address is not right. Ring the person.',
  },
  'intake-away': {
    ro: 'Datele de contact nu au putut fi citite la timp. Sunați persoana.',
    ru: 'Контакты не удалось прочитать вовремя. Позвоните человеку.',
    en: 'The contact could not be read in time. Ring the person.',
  },
  'smtp-away': {
    ro: 'Poșta electronică nu a răspuns. Sunați persoana.',
    ru: 'Почтовый сервер не отвечал. Позвоните человеку.',
    en: 'The mail server did not answer. Ring the person.',
  },
  'smtp-tls': {
    ro: 'Legătura cu poșta nu era sigură. Sunați persoana.',
    ru: 'Соединение с почтой было небезопасным. Позвоните человеку.',
    en: 'The way to the mail server was not safe. Ring the person.',
  },
  'smtp-certificate': {
    ro: 'Serverul de poștă nu a putut fi verificat. Sunați persoana.',
    ru: 'Почтовый сервер не удалось проверить. Позвоните человеку.',
    en: 'The mail server could not be verified. Ring the person.',
  },
  'smtp-refused': {
    ro: 'Poșta persoanei nu a primit mesajul. Sunați persoana.',
    ru: 'Почта человека не приняла сообщение. Позвоните человеку.',
    en: 'The person’s mail did not take the message. Ring the person.',
  },
  other: {
    ro: 'Altă cauză. Sunați persoana.',
    ru: 'Другая причина. Позвоните человеку.',
    en: 'Another cause. Ring the person.',
  },
};
