import { defineMessages } from '../language/messages.ts';
import type { Text } from '../language/messages.ts';
import type { Plurals } from '../language/plurals.ts';

/** The list of who read and changed an application, on the screen and on paper. */
export const ACCESS_LIST = defineMessages({
  title: {
    ro: 'Cine a consultat și a schimbat cererea',
    ru: 'Кто просматривал и менял заявление',
    en: 'Access log',
  },
  first: { ro: 'De la', ru: 'С', en: 'First' },
  last: { ro: 'Până la', ru: 'По', en: 'Last' },
  who: { ro: 'Cine', ru: 'Кто', en: 'Who' },
  what: { ro: 'Ce', ru: 'Что', en: 'What' },
  count: { ro: 'De câte ori', ru: 'Сколько раз', en: 'Times' },
  position: { ro: 'Poziția în jurnal', ru: 'Место в журнале', en: 'Position in the journal' },
  read: { ro: 'a consultat: {what}', ru: 'просмотр: {what}', en: 'viewed: {what}' },
  none: {
    ro: 'Nimeni nu a consultat cererea.',
    ru: 'Заявление никто не просматривал.',
    en: 'Nobody has accessed the application.',
  },
  waiting: { ro: 'încă nu: {n}', ru: 'ещё нет: {n}', en: 'not yet: {n}' },
  absent: { ro: 'nu este: {n}', ru: 'нет: {n}', en: 'none: {n}' },
  unknown: { ro: 'neverificat', ru: 'не проверено', en: 'not checked' },

  journal: { ro: 'Jurnalul', ru: 'Журнал', en: 'Journal' },
  allRecorded: {
    ro: 'Tot ce este în listă este înscris în jurnal, care nu poate fi schimbat fără urmă.',
    ru: 'Всё из списка записано в журнал, который нельзя изменить незаметно.',
    en: 'The journal has everything in this list. Changes to the journal leave a trace.',
  },
  soonRecorded: {
    ro: 'Rândurile noi ajung în jurnal în câteva secunde.',
    ru: 'Новые строки попадут в журнал через несколько секунд.',
    en: 'New entries reach the journal within seconds.',
  },
  behind: {
    ro: 'Jurnalul a rămas în urmă cu {delay}. Rândurile noi așteaptă și nu se pierd.',
    ru: 'Журнал отстаёт на {delay}. Новые строки ждут и не потеряются.',
    en: 'The journal is {delay} behind. New entries wait and are not lost.',
  },
  away: {
    ro: 'Jurnalul nu răspunde acum. Lista se vede fără poziții, care apar mai târziu.',
    ru: 'Журнал сейчас не отвечает. Список показан без мест в журнале, они появятся позже.',
    en: 'The journal is not responding. The list has no positions for now.',
  },
  somethingAbsent: {
    ro: 'Ce este mai vechi de o zi și lipsește din jurnal este dinaintea jurnalului sau se verifică de administratorul platformei.',
    ru: 'Записи старше одного дня без места в журнале появились до него, либо их проверяет администратор платформы.',
    en: 'Entries older than a day without a position are from before the journal, or the platform administrator investigates them.',
  },
  checking: { ro: 'Se verifică în jurnal …', ru: 'Проверка по журналу …', en: 'Checking the journal …' },
  checkpoint: { ro: 'Ultima stare semnată', ru: 'Последнее подписанное состояние', en: 'Newest signed checkpoint' },
  checkpointFacts: {
    ro: '{origin}, {size} înregistrări, {when}',
    ru: '{origin}, записей: {size}, {when}',
    en: '{origin}, {size} entries, {when}',
  },
  root: { ro: 'Suma de control', ru: 'Контрольная сумма', en: 'Root hash' },
  listHash: { ro: 'SHA-256 al fișierului', ru: 'SHA-256 файла', en: 'SHA-256 of the file' },
  save: { ro: 'Salvează dovezile', ru: 'Сохранить доказательства', en: 'Save proofs' },
  saveMore: {
    ro: 'Oricine le poate verifica cu „cups journal verify-list”.',
    ru: 'Любой может проверить их командой «cups journal verify-list».',
    en: 'Anyone can verify them with “cups journal verify-list”.',
  },
  otherAction: { ro: 'altă acțiune', ru: 'другое действие', en: 'another action' },
});

export const MINUTES: Plurals = {
  ro: { one: 'minut', few: 'minute' },
  ru: { one: 'минуту', few: 'минуты', many: 'минут' },
  en: { one: 'minute', few: 'minutes' },
};
export const HOURS_BEHIND: Plurals = {
  ro: { one: 'oră', few: 'ore' },
  ru: { one: 'час', few: 'часа', many: 'часов' },
  en: { one: 'hour', few: 'hours' },
};

/** Actions of the journal that are in no history. */
export const JOURNAL_ACTION_TEXTS: Readonly<Record<string, Text>> = defineMessages({
  open: { ro: 'a deschis ciorna', ru: 'открыл(а) черновик', en: 'opened the draft' },
  'send-request': {
    ro: 'a pregătit cererea pentru instituție',
    ru: 'подготовил(а) заявление для учреждения',
    en: 'prepared the application for the agency',
  },
  'record-reply': { ro: 'a trimis un răspuns', ru: 'прислал(а) ответ', en: 'sent a reply' },
  'redrive-delivery': {
    ro: 'a trimis cererea din nou instituției',
    ru: 'отправил(а) заявление учреждению повторно',
    en: 'sent the application to the agency again',
  },
  'replay-delivery': {
    ro: 'a repetat un mesaj către instituție',
    ru: 'повторил(а) сообщение учреждению',
    en: 'repeated a message to the agency',
  },
  'erase-delivery': {
    ro: 'a șters ce s-a trimis instituției',
    ru: 'удалил(а) отправленное учреждению',
    en: 'erased what was sent to the agency',
  },
  'hold-documents': {
    ro: 'a oprit ștergerea documentelor',
    ru: 'приостановил(а) удаление документов',
    en: 'stopped the erasure of the documents',
  },
  'end-hold': {
    ro: 'a permis din nou ștergerea documentelor',
    ru: 'снова разрешил(а) удаление документов',
    en: 'allowed the erasure of the documents again',
  },
  'erase-documents': { ro: 'a șters documentele', ru: 'удалил(а) документы', en: 'erased the documents' },
  'erase-notices': { ro: 'a șters înștiințările', ru: 'удалил(а) уведомления', en: 'erased the notices' },
});
