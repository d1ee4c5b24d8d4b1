import { defineMessages } from '../language/messages.ts';

/** The withdrawal of an application: its form, and its printouts. */
export const WITHDRAWAL = defineMessages({
  sure: {
    ro: 'Cererea se oprește și nu mai poate continua. O retragem?',
    ru: 'Работа по заявлению прекратится и не продолжится. Отозвать?',
    en: 'The application ends and cannot continue. Withdraw it?',
  },
  reason: {
    ro: 'Motivul, cu cuvintele persoanei',
    ru: 'Причина, словами человека',
    en: 'Reason, in the applicant’s own words',
  },
  print: { ro: 'Tipărește cererea de retragere', ru: 'Распечатать заявление об отзыве', en: 'Print the statement' },
  proof: {
    ro: 'Persoana a semnat cererea de retragere?',
    ru: 'Заявление об отзыве подписано?',
    en: 'Has the person signed the statement?',
  },
  signed: { ro: 'A semnat', ru: 'Подписано', en: 'Signed' },
  unsigned: { ro: 'Nu a semnat', ru: 'Не подписано', en: 'Not signed' },
  proofNeeded: {
    ro: 'Tipăriți cererea de retragere, dați-o la semnat și alegeți un răspuns.',
    ru: 'Распечатайте заявление об отзыве, дайте его подписать и выберите ответ.',
    en: 'Print the statement, have it signed, and choose an answer.',
  },
  why: { ro: 'De ce nu este semnată?', ru: 'Почему не подписано?', en: 'Why is it not signed?' },
  whyHelp: {
    ro: 'De exemplu: persoana a cerut la telefon. Se păstrează în istoric.',
    ru: 'Например: просьба по телефону. Сохраняется в истории.',
    en: 'For example: the person asked by telephone. It is kept in the history.',
  },
  whyNeeded: {
    ro: 'Scrieți de ce nu este semnată.',
    ru: 'Напишите, почему не подписано.',
    en: 'Enter why it is not signed.',
  },
  yes: { ro: 'Da, retrage', ru: 'Да, отозвать', en: 'Yes, withdraw' },
  fileAgain: { ro: 'Retrage și depune din nou', ru: 'Отозвать и подать снова', en: 'Withdraw and file again' },
  keep: { ro: 'Nu, rămâne', ru: 'Нет, оставить', en: 'No, keep it' },
  held: { ro: 'Cererea se retrage.', ru: 'Заявление отзывается.', en: 'The application is being withdrawn.' },

  /** Details of the history entry. */
  wasSigned: { ro: 'cererea de retragere este semnată', ru: 'заявление об отзыве подписано', en: 'statement signed' },
  wasUnsigned: {
    ro: 'cererea de retragere nu este semnată: {reason}',
    ru: 'заявление об отзыве не подписано: {reason}',
    en: 'statement not signed: {reason}',
  },

  statementTitle: {
    ro: 'Cerere de retragere',
    ru: 'Заявление об отзыве',
    en: 'Statement of withdrawal',
  },
  statement: {
    ro: 'Retrag cererea descrisă mai sus. Știu că instituția nu o mai examinează și că pentru același serviciu este nevoie de o cerere nouă.',
    ru: 'Отзываю описанное выше заявление. Мне известно, что учреждение больше не рассматривает его и что для той же услуги нужно новое заявление.',
    en: 'I withdraw the application described above. I know that the agency no longer examines it, and that the same service needs a new application.',
  },
  printedReason: { ro: 'Motivul', ru: 'Причина', en: 'Reason' },
  slip: { ro: 'Confirmarea retragerii', ru: 'Подтверждение отзыва', en: 'Confirmation of withdrawal' },
  slipTitle: {
    ro: 'Confirmare: cererea a fost retrasă',
    ru: 'Подтверждение: заявление отозвано',
    en: 'Confirmation: the application was withdrawn',
  },
  withdrawn: { ro: 'Retrasă', ru: 'Отозвано', en: 'Withdrawn' },
  expiredSlip: { ro: 'Fișa „cererea a expirat”', ru: 'Листок «заявление истекло»', en: 'Slip of the expiry' },
  expiredTitle: {
    ro: 'Înștiințare: cererea a expirat',
    ru: 'Уведомление: срок заявления истёк',
    en: 'Notice: the application has expired',
  },
  expired: { ro: 'Expirată', ru: 'Истекло', en: 'Expired' },
  next: {
    ro: 'Instituția nu mai examinează cererea. Pentru același serviciu puteți depune o cerere nouă la orice centru.',
    ru: 'Учреждение больше не рассматривает заявление. За той же услугой можно обратиться с новым заявлением в любой центр.',
    en: 'The agency no longer examines the application. For the same service you can file a new application at any centre.',
  },
});
