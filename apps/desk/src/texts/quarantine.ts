import type { Text } from '@cups/application/texts';
import { defineMessages } from '../language/messages.ts';

/** Acts of operators whose rights ended, for heads and supervisors. */
export const QUARANTINE = defineMessages({
  title: { ro: 'Acte în carantină', ru: 'Действия в карантине', en: 'Acts in quarantine' },
  lead: {
    ro: 'Făcute la ghișeu de un lucrător suspendat sau de la un calculator deconectat. Nimic nu se aplică fără decizia dumneavoastră.',
    ru: 'Сделаны за стойкой отстранённым сотрудником или на отключённом компьютере. Без вашего решения ничего не применяется.',
    en: 'Made at the desk by a suspended operator or on a revoked computer. Nothing is applied without your decision.',
  },
  waiting: {
    ro: 'Acte în carantină care așteaptă decizia: {n}',
    ru: 'Действий в карантине, ждущих решения: {n}',
    en: 'Acts in quarantine that wait for a decision: {n}',
  },
  open: { ro: 'Deschide lista', ru: 'Открыть список', en: 'Open the list' },
  none: {
    ro: 'Niciun act nu așteaptă o decizie.',
    ru: 'Ни одно действие не ждёт решения.',
    en: 'No act waits for a decision.',
  },
  choose: {
    ro: 'Alegeți un act din listă. Citirea lui se înregistrează.',
    ru: 'Выберите действие в списке. Просмотр записывается.',
    en: 'Choose an act from the list. Reading it is recorded.',
  },
  operator: { ro: 'Făcut de', ru: 'Кто сделал', en: 'Made by' },
  deskTime: { ro: 'Ora de la ghișeu', ru: 'Время за стойкой', en: 'Time at the desk' },
  unbounded: { ro: 'nu poate fi verificată', ru: 'проверить нельзя', en: 'cannot be verified' },
  handInTime: { ro: 'Predat', ru: 'Передано', en: 'Handed in' },
  centre: { ro: 'Centrul', ru: 'Центр', en: 'Centre' },
  application: { ro: 'Cererea', ru: 'Заявление', en: 'Application' },
  newApplication: { ro: 'Cerere nouă', ru: 'Новое заявление', en: 'New application' },
  person: { ro: 'Persoana', ru: 'Человек', en: 'Person' },
  refusal: { ro: 'Ultima încercare', ru: 'Последняя попытка', en: 'Last attempt' },
  field: { ro: 'Câmpul', ru: 'Поле', en: 'Field' },
  inAct: { ro: 'Ce ar face actul', ru: 'Что сделает действие', en: 'What the act would do' },
  now: { ro: 'Cererea acum', ru: 'Заявление сейчас', en: 'The application now' },
  absent: { ro: 'cererea nu există încă', ru: 'заявления ещё нет', en: 'the application does not exist yet' },
  empty: { ro: 'Actul nu are alte date.', ru: 'Других данных нет.', en: 'The act has no further data.' },
  erased: { ro: 'Conținutul a fost șters.', ru: 'Содержание удалено.', en: 'The content was erased.' },
  missingScans: {
    ro: 'Copia scanată nu a ajuns la platformă și nu mai există: {documents}. Actul se aplică fără ea. Originalul este la persoană: scanați-l din nou când vine.',
    ru: 'Скан не дошёл до платформы и больше не существует: {documents}. Действие применится без него. Оригинал у человека: отсканируйте снова, когда он придёт.',
    en: 'The scan never reached the platform and exists no more: {documents}. The act is applied without it. The person has the original: scan it again when they come.',
  },
  invalid: {
    ro: 'Actul nu se poate aplica: formularul s-a schimbat sau lipsește ceva. Respingeți-l cu un motiv și chemați persoana.',
    ru: 'Действие нельзя применить: форма изменилась или чего-то не хватает. Отклоните с причиной и пригласите человека.',
    en: 'The act cannot be applied: the form changed, or something is missing. Reject it with a reason, and call the person.',
  },
  release: { ro: 'Aplică actul', ru: 'Применить', en: 'Release the act' },
  reject: { ro: 'Respinge', ru: 'Отклонить', en: 'Reject' },
  reason: { ro: 'De ce se respinge', ru: 'Почему отклоняется', en: 'Reason for the rejection' },
  noReason: { ro: 'Scrieți motivul.', ru: 'Укажите причину.', en: 'Enter the reason.' },
  back: { ro: 'Renunță', ru: 'Отменить', en: 'Cancel' },
  released: { ro: 'Actul este aplicat.', ru: 'Действие применено.', en: 'The act is applied.' },
  alreadyApplied: {
    ro: 'Actul ajunsese deja înainte. Nu s-a aplicat a doua oară.',
    ru: 'Действие уже поступило раньше. Повторно оно не применено.',
    en: 'The act had arrived before. It was not applied again.',
  },
  rejected: { ro: 'Actul este respins.', ru: 'Действие отклонено.', en: 'The act is rejected.' },
  service: { ro: 'Serviciul', ru: 'Услуга', en: 'Service' },
  document: { ro: 'Documentul {n}', ru: 'Документ {n}', en: 'Document {n}' },
  scan: { ro: 'Documentul {n}: copia scanată', ru: 'Документ {n}: скан', en: 'Document {n}: scan' },
  original: {
    ro: 'Documentul {n}: originalul a fost văzut',
    ru: 'Документ {n}: оригинал предъявлен',
    en: 'Document {n}: original seen',
  },
  documentNumber: { ro: 'Documentul {n}: numărul', ru: 'Документ {n}: номер', en: 'Document {n}: number' },
  trackingNumber: { ro: 'Numărul cererii', ru: 'Номер заявления', en: 'Tracking number' },
  yes: { ro: 'da', ru: 'да', en: 'yes' },
  otherKind: { ro: 'alt act', ru: 'другое действие', en: 'another act' },
});

/** Kinds of writes, as the outbox names them. */
const ACT_TEXTS: Readonly<Record<string, Text>> = {
  create: { ro: 'cerere nouă', ru: 'новое заявление', en: 'new application' },
  edit: { ro: 'completarea cererii', ru: 'заполнение заявления', en: 'edit of the draft' },
  mandates: { ro: 'împuternicire', ru: 'полномочие', en: 'mandate' },
  submit: { ro: 'depunerea cererii', ru: 'подача заявления', en: 'submission' },
  withdraw: { ro: 'retragerea cererii', ru: 'отзыв заявления', en: 'withdrawal' },
  'supply-documents': { ro: 'documente cerute', ru: 'запрошенные документы', en: 'requested documents' },
  'hand-over': { ro: 'înmânarea rezultatului', ru: 'выдача результата', en: 'hand-over' },
  'passing-on': { ro: 'răspunsul persoanei', ru: 'ответ человека', en: 'answer of the person' },
  'confirm-arrival': { ro: 'sosirea rezultatului', ru: 'прибытие результата', en: 'arrival of the result' },
  'confirm-outcome': { ro: 'încheierea cererii', ru: 'завершение заявления', en: 'outcome' },
  'collection-centre': { ro: 'alt centru de ridicare', ru: 'другой центр выдачи', en: 'collection centre' },
  contact: { ro: 'contact nou', ru: 'новый контакт', en: 'new contact' },
  correct: { ro: 'corectarea cererii', ru: 'исправление заявления', en: 'correction' },
  'collections/hand-over': {
    ro: 'înmânare pentru alt centru',
    ru: 'выдача за другой центр',
    en: 'hand-over for another centre',
  },
  'collections/confirm-arrival': {
    ro: 'sosire pentru alt centru',
    ru: 'прибытие за другой центр',
    en: 'arrival for another centre',
  },
  renew: { ro: 'trecerea la versiunea nouă', ru: 'переход на новую версию', en: 'renewal of the draft' },
  payment: { ro: 'achitarea taxei', ru: 'оплата пошлины', en: 'payment' },
  messages: { ro: 'mesaj către instituție', ru: 'сообщение учреждению', en: 'message to the agency' },
  complaints: { ro: 'plângere pregătită', ru: 'подготовка жалобы', en: 'complaint' },
  'complaints/file': { ro: 'plângere depusă', ru: 'подача жалобы', en: 'complaint given to the agency' },
  'complaints/answer': { ro: 'răspuns la plângere', ru: 'ответ на жалобу', en: 'answer to the complaint' },
  notes: { ro: 'notă internă', ru: 'внутренняя заметка', en: 'internal note' },
  assign: { ro: 'preluarea cererii', ru: 'принятие в работу', en: 'assignment' },
  'person-notifications': {
    ro: 'înștiințarea persoanei',
    ru: 'уведомление человека',
    en: 'notification of the person',
  },
  'desk-alerts/mark-seen': { ro: 'noutăți văzute', ru: 'новости просмотрены', en: 'alerts seen' },
};

/** Returns what an act does. */
export function actText(kind: string): Text {
  const known =
    ACT_TEXTS[kind] ?? (kind.endsWith('/person-notifications') ? ACT_TEXTS['person-notifications'] : undefined);
  return known ?? QUARANTINE.otherKind;
}
