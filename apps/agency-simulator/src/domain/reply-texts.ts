import type { Text } from '@cups/agency-contract';

type LocalizedText = Required<Text>;

/** Reasons of rejections. */
export const REJECTION_REASONS: readonly LocalizedText[] = [
  {
    ro: 'Datele din cerere nu corespund celor din registrul de stat.',
    ru: 'Данные заявления не совпадают с данными государственного регистра.',
    en: 'The data of the application do not match the state register.',
  },
  {
    ro: 'Condițiile prevăzute de lege pentru acest serviciu nu sunt îndeplinite.',
    ru: 'Предусмотренные законом условия для этой услуги не выполнены.',
    en: 'The conditions that the law sets for this service are not met.',
  },
  {
    ro: 'Solicitantul nu are împuterniciri pentru această cerere.',
    ru: 'У заявителя нет полномочий для подачи этого заявления.',
    en: 'The applicant has no authority for this application.',
  },
];

/** How to appeal a rejection. */
export const APPEAL_TEXT: LocalizedText = {
  ro: 'Puteți depune o cerere prealabilă la instituția care a emis decizia.',
  ru: 'Вы можете подать предварительное заявление в учреждение, принявшее решение.',
  en: 'You can file a prior complaint with the institution that decided.',
};

export const PROGRESS_NOTE: LocalizedText = {
  ro: 'Dosarul este în examinare.',
  ru: 'Дело рассматривается.',
  en: 'The file is under examination.',
};

export const MESSAGE_ANSWER: LocalizedText = {
  ro: 'Am primit mesajul. Dosarul este în examinare.',
  ru: 'Сообщение получено. Дело рассматривается.',
  en: 'We received the message. The file is under examination.',
};

export const DOCUMENT_REQUEST: LocalizedText = {
  ro: 'Prezentați documentul în original sau o copie lizibilă.',
  ru: 'Представьте оригинал документа или читаемую копию.',
  en: 'Please bring the original of the document or a legible copy.',
};

export const CORRECTION_REASON: LocalizedText = {
  ro: 'A fost corectată o greșeală de scriere.',
  ru: 'Исправлена опечатка.',
  en: 'A clerical error was corrected.',
};

export const PASSING_ON_REASON: LocalizedText = {
  ro: 'Cererea ține de altă instituție.',
  ru: 'Заявление относится к ведению другого учреждения.',
  en: 'Another agency is competent for this application.',
};

export const REVOCATION_REASON: LocalizedText = {
  ro: 'Documentul a fost eliberat din eroare.',
  ru: 'Документ был выдан ошибочно.',
  en: 'The document was issued in error.',
};
