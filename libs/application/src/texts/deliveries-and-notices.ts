import type { DeliveryCause, DeliveryState, NoticeCause, NoticeKind } from '../vocabularies.ts';
import type { Text } from './text.ts';

export const DELIVERY_STATE_TEXTS: Record<DeliveryState, Text> = {
  queued: { ro: 'Așteaptă să plece', ru: 'Ждёт отправки', en: 'Waiting to be sent' },
  sent: { ro: 'Trimisă instituției', ru: 'Отправлено учреждению', en: 'Sent to the agency' },
  acknowledged: { ro: 'Primită de instituție', ru: 'Получено учреждением', en: 'Received by the agency' },
  answered: { ro: 'Instituția a decis', ru: 'Учреждение решило', en: 'The agency decided' },
  cancelled: { ro: 'Oprită', ru: 'Прекращено', en: 'Stopped' },
  failed: { ro: 'Nu a putut pleca', ru: 'Не отправлено', en: 'Could not be sent' },
};

export const DELIVERY_CAUSE_TEXTS: Record<DeliveryCause, Text> = {
  AGENCY_UNKNOWN: {
    ro: 'Platforma nu cunoaște încă instituția.',
    ru: 'Платформа ещё не знает учреждение.',
    en: 'The agency is not registered yet.',
  },
  SUBMISSION_NOT_FOUND: {
    ro: 'Nu s-a găsit ce trebuia trimis.',
    ru: 'Не найдено то, что нужно отправить.',
    en: 'The submission was not found.',
  },
  AGENCY_MISMATCH: {
    ro: 'Cererea este pentru altă instituție.',
    ru: 'Заявление для другого учреждения.',
    en: 'The application is for another agency.',
  },
  TRAINING_MISMATCH: {
    ro: 'Exercițiu și cerere adevărată s-au amestecat.',
    ru: 'Учебное и настоящее перепутаны.',
    en: 'Training and real applications were mixed.',
  },
  CONTENT_INVALID: {
    ro: 'Conținutul nu are forma convenită.',
    ru: 'Содержание не в согласованной форме.',
    en: 'The content does not match the contract.',
  },
  NOT_CLOUDEVENTS: {
    ro: 'Mesajului îi lipsesc date de însoțire.',
    ru: 'У сообщения нет сопроводительных данных.',
    en: 'The message lacks its metadata.',
  },
  UNKNOWN_TYPE: { ro: 'Fel de mesaj necunoscut.', ru: 'Неизвестный вид сообщения.', en: 'An unknown kind of message.' },
  SOURCE_MISMATCH: {
    ro: 'Mesajul vine de la altcineva decât spune.',
    ru: 'Сообщение пришло не от того, кто указан.',
    en: 'The sender of the message does not match its content.',
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
    ro: 'Mesajul este al altei instituții.',
    ru: 'Сообщение другого учреждения.',
    en: 'The message is of another agency.',
  },
  FOREIGN_DELIVERY: {
    ro: 'Mesajul este despre cererea altei instituții.',
    ru: 'Сообщение о заявлении другого учреждения.',
    en: 'The message is about another agency’s application.',
  },
  NOTHING_SENT: {
    ro: 'Instituția a răspuns înainte să i se trimită ceva.',
    ru: 'Учреждение ответило прежде, чем ему что-то отправили.',
    en: 'The agency answered before anything was sent to it.',
  },
  RESULT_DOCUMENT_INVALID: {
    ro: 'Decizia numește un document care nu poate fi folosit.',
    ru: 'В решении назван документ, который нельзя использовать.',
    en: 'The decision names a document that cannot be used.',
  },
  ID_REUSED: {
    ro: 'Instituția a folosit același număr pentru alt mesaj.',
    ru: 'Учреждение дало другому сообщению тот же номер.',
    en: 'The agency used one ID for two messages.',
  },
  PASSED_ON: {
    ro: 'Instituția a transmis cererea mai departe și nu mai răspunde de ea.',
    ru: 'Учреждение передало заявление дальше и больше за него не отвечает.',
    en: 'The agency passed the application on and no longer answers for it.',
  },
  UNKNOWN_SUBMISSION: {
    ro: 'Mesajul răspunde la ceva ce nu s-a trimis.',
    ru: 'Сообщение отвечает на то, что не отправлялось.',
    en: 'The message answers a submission that was not sent.',
  },
  UNKNOWN_PAPER_KIND: {
    ro: 'Instituția cere un act care nu este în listă.',
    ru: 'Учреждение просит документ, которого нет в списке.',
    en: 'The agency requests a document that is not in the list.',
  },
  REASON_BLANK: {
    ro: 'Instituția a trimis o hotărâre fără motiv.',
    ru: 'Учреждение прислало решение без причины.',
    en: 'The agency sent a decision without a reason.',
  },
  TOO_MANY_MESSAGES: {
    ro: 'Instituția a scris prea multe mesaje despre cerere.',
    ru: 'Учреждение написало слишком много сообщений о заявлении.',
    en: 'The agency wrote too many messages about the application.',
  },
  MESSAGES_NOT_ACCEPTED: {
    ro: 'Instituția nu mai primește mesaje.',
    ru: 'Учреждение больше не принимает сообщения.',
    en: 'The agency no longer accepts messages.',
  },
  MESSAGE_NOT_SENT: {
    ro: 'Mesajul nu a putut pleca în șapte zile.',
    ru: 'Сообщение не удалось отправить за семь дней.',
    en: 'The message could not be sent within seven days.',
  },
  TOO_MANY_REFUSED: {
    ro: 'Prea multe mesaje greșite; următoarele nu se mai arată.',
    ru: 'Слишком много неверных сообщений; дальнейшие не показываются.',
    en: 'Too many invalid messages; further ones are not shown.',
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
  'result-on-the-way': { ro: 'Rezultatul este pe drum', ru: 'Результат в пути', en: 'The result is on its way' },
  'term-passed': { ro: 'Termenul a trecut', ru: 'Срок истёк', en: 'The term has passed' },
  'application-passed-on': {
    ro: 'Cererea a fost transmisă altei instituții',
    ru: 'Заявление передано другому учреждению',
    en: 'The application was passed on',
  },
  other: { ro: 'Alt mesaj', ru: 'Другое сообщение', en: 'Another message' },
};

/** Why a notice was not sent, and what to do about it. */
export const NOTICE_CAUSE_TEXTS: Record<NoticeCause, Text> = {
  superseded: {
    ro: 'Între timp s-a schimbat; mesajul nu mai era adevărat.',
    ru: 'Тем временем всё изменилось; сообщение уже неверно.',
    en: 'The application changed meanwhile; the notice no longer applies.',
  },
  'application-unknown': {
    ro: 'Cererea nu s-a găsit.',
    ru: 'Заявление не найдено.',
    en: 'The application was not found.',
  },
  'address-invalid': {
    ro: 'Adresa de e-mail nu este corectă. Sunați persoana.',
    ru: 'Адрес электронной почты неверен. Позвоните человеку.',
    en: 'The email address is not valid. Call the applicant.',
  },
  'intake-unavailable': {
    ro: 'Datele de contact nu au putut fi citite la timp. Sunați persoana.',
    ru: 'Контакты не удалось прочитать вовремя. Позвоните человеку.',
    en: 'The contact could not be read in time. Call the applicant.',
  },
  'smtp-unavailable': {
    ro: 'Poșta electronică nu a răspuns. Sunați persoana.',
    ru: 'Почтовый сервер не отвечал. Позвоните человеку.',
    en: 'The mail server did not respond. Call the applicant.',
  },
  'smtp-tls': {
    ro: 'Legătura cu poșta nu era sigură. Sunați persoana.',
    ru: 'Соединение с почтой было небезопасным. Позвоните человеку.',
    en: 'The connection to the mail server is not secure. Call the applicant.',
  },
  'smtp-certificate': {
    ro: 'Serverul de poștă nu a putut fi verificat. Sunați persoana.',
    ru: 'Почтовый сервер не удалось проверить. Позвоните человеку.',
    en: 'The mail server could not be verified. Call the applicant.',
  },
  'smtp-refused': {
    ro: 'Poșta persoanei nu a primit mesajul. Sunați persoana.',
    ru: 'Почта человека не приняла сообщение. Позвоните человеку.',
    en: 'The applicant’s mail server rejected the message. Call the applicant.',
  },
  other: {
    ro: 'Altă cauză. Sunați persoana.',
    ru: 'Другая причина. Позвоните человеку.',
    en: 'Another cause. Call the applicant.',
  },
};
