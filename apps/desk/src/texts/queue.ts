import type { EscalationStep } from '@cups/application/escalation';
import type { Text } from '@cups/application/texts';
import { defineMessages } from '../language/messages.ts';

export const QUEUE = defineMessages({
  agencyWrote: { ro: '{agency} a scris', ru: '{agency}: сообщение', en: '{agency} wrote' },
  reply: { ro: 'Răspunde instituției', ru: 'Ответить учреждению', en: 'Reply to the agency' },
  lists: { ro: 'Liste', ru: 'Списки', en: 'Lists' },
  nothing: { ro: 'Nimic de făcut acum.', ru: 'Сейчас дел нет.', en: 'Nothing to do now.' },
  nothingHere: { ro: 'Lista este goală.', ru: 'Список пуст.', en: 'The list is empty.' },
  begin: { ro: 'Începe o vizită nouă', ru: 'Начать новое посещение', en: 'Start a visit' },
  todayIs: { ro: 'Astăzi, {day}', ru: 'Сегодня, {day}', en: 'Today, {day}' },
  fresh: { ro: 'Arată ce este nou: {n}', ru: 'Показать новое: {n}', en: 'Show new: {n}' },
  more: { ro: 'Arată mai multe', ru: 'Показать ещё', en: 'Show more' },
  open: { ro: 'Deschide', ru: 'Открыть', en: 'Open' },
  goOn: { ro: 'Continuă', ru: 'Продолжить', en: 'Continue' },
  handOver: { ro: 'Înmânează', ru: 'Выдать', en: 'Hand over' },
  collections: { ro: 'Pentru alte centre', ru: 'Для других центров', en: 'For other centres' },
  path: { ro: 'Parcursul', ru: 'Ход дела', en: 'History' },
  nobody: { ro: 'Persoană fără nume încă', ru: 'Имя ещё не введено', en: 'No name yet' },
  filedOn: { ro: 'Cerere depusă {day}', ru: 'Заявление подано {day}', en: 'Filed {day}' },
  draftOf: { ro: 'Ciornă din {day}', ru: 'Черновик, {day}', en: 'Draft of {day}' },
});

/** Groups of a list. Each heading is true of each of its rows. */
export const GROUPS = defineMessages({
  news: { ro: 'Noutăți', ru: 'Новое', en: 'News' },
  newsMore: { ro: 'nimeni nu le-a văzut încă', ru: 'ещё никто не просмотрел', en: 'nobody has dealt with it yet' },
  consent: { ro: 'De întrebat persoana', ru: 'Спросить человека', en: 'Ask the applicant' },
  consentMore: {
    ro: 'dacă altă instituție poate primi cererea',
    ru: 'согласие на передачу другому учреждению',
    en: 'whether another agency may receive the application',
  },
  call: { ro: 'De sunat', ru: 'Позвонить', en: 'To call' },
  callMore: { ro: '', ru: '', en: '' },
  noPhone: { ro: 'Fără telefon', ru: 'Без телефона', en: 'No phone' },
  noPhoneMore: {
    ro: 'spuneți la ghișeu sau tipăriți fișa',
    ru: 'сообщите в центре или распечатайте листок',
    en: 'tell them at the desk or print the slip',
  },
  passed: { ro: 'Termen trecut', ru: 'Срок прошёл', en: 'Past the deadline' },
  passedMore: { ro: '', ru: '', en: '' },
  near: { ro: 'Termen aproape', ru: 'Срок близко', en: 'Due soon' },
  nearMore: { ro: 'în cel mult trei zile', ru: 'не позже чем через три дня', en: 'within three days' },
  documents: { ro: 'Acte cerute', ru: 'Запрошены документы', en: 'Documents requested' },
  documentsMore: { ro: 'le aduce persoana', ru: 'их приносит заявитель', en: 'the applicant brings them' },
  ready: { ro: 'Gata de înmânat', ru: 'Готово к выдаче', en: 'Ready to hand over' },
  readyMore: { ro: '', ru: '', en: '' },
  rejected: { ro: 'Respinse', ru: 'Отказы', en: 'Rejected' },
  rejectedMore: {
    ro: 'persoana primește decizia cu motivul',
    ru: 'заявитель получает решение с причиной',
    en: 'the applicant receives the decision with its reason',
  },
  revoked: { ro: 'Rezultate revocate', ru: 'Отозванные результаты', en: 'Revoked results' },
  revokedMore: { ro: 'nu înmânați nimic', ru: 'ничего не выдавайте', en: 'do not hand anything over' },
  confirm: { ro: 'De închis', ru: 'Закрыть', en: 'To close' },
  confirmMore: {
    ro: 'întrebați dacă rezultatul i-a fost de folos',
    ru: 'спросите, то ли получено',
    en: 'ask whether it helped',
  },
  drafts: { ro: 'Ciorne', ru: 'Черновики', en: 'Drafts' },
  draftsMore: {
    ro: 'se șterg după 30 de zile fără modificări',
    ru: 'удаляются через 30 дней без изменений',
    en: 'deleted after 30 days without changes',
  },
  overdue: { ro: 'Termen depășit la instituție', ru: 'Учреждение опаздывает', en: 'The agency is late' },
  overdueMore: { ro: '', ru: '', en: '' },
  unanswered: { ro: 'De urmărit la instituție', ru: 'Проследить в учреждении', en: 'To follow up with the agency' },
  unansweredMore: { ro: 'termenul nu a trecut', ru: 'срок не прошёл', en: 'the deadline has not passed' },
  notArrived: { ro: 'Rezultate care nu au sosit', ru: 'Результаты не прибыли', en: 'Results that have not arrived' },
  notArrivedMore: { ro: 'întrebați instituția', ru: 'спросите учреждение', en: 'ask the agency' },
  other: { ro: 'La instituție', ru: 'В учреждении', en: 'With the agency' },
  otherMore: { ro: '', ru: '', en: '' },
  onTheWay: { ro: 'Rezultate pe drum', ru: 'Результаты в пути', en: 'Results on their way' },
  onTheWayMore: { ro: 'confirmați când sosesc', ru: 'подтвердите, когда прибудут', en: 'confirm when they arrive' },
});

/** An envelope with several results. */
export const ENVELOPE = defineMessages({
  open: { ro: 'A sosit un plic', ru: 'Прибыл конверт', en: 'An envelope has arrived' },
  title: { ro: 'Ce este în plic?', ru: 'Что в конверте?', en: 'What is in the envelope?' },
  help: {
    ro: 'Bifați fiecare rezultat pe care îl aveți în mână.',
    ru: 'Отметьте каждый результат, который держите в руках.',
    en: 'Tick each result that you hold in your hands.',
  },
  all: { ro: 'Bifează toate', ru: 'Отметить все', en: 'Tick all' },
  confirm: { ro: 'Au sosit: {n}', ru: 'Прибыло: {n}', en: 'Arrived: {n}' },
  chooseFirst: {
    ro: 'Bifați cel puțin un rezultat.',
    ru: 'Отметьте хотя бы один результат.',
    en: 'Tick at least one result.',
  },
  leave: { ro: 'Renunță', ru: 'Отмена', en: 'Cancel' },
  sending: { ro: 'Se trimite', ru: 'Отправляется', en: 'Sending' },
  refused: {
    ro: 'Nu s-a înregistrat: {names}. Deschideți aceste cereri.',
    ru: 'Не записано: {names}. Откройте эти заявления.',
    en: 'Not recorded: {names}. Open these applications.',
  },
});

/** What to do about a row, and what its date means. */
export const ROWS = defineMessages({
  fill: { ro: 'De completat', ru: 'Дописать', en: 'To complete' },
  edited: { ro: 'modificată', ru: 'изменено', en: 'edited' },
  expires: { ro: 'expiră', ru: 'истекает', en: 'expires' },
  at: { ro: 'La {agency}', ru: 'В учреждении {agency}', en: 'At {agency}' },
  term: { ro: 'termen', ru: 'срок', en: 'due' },
  late: { ro: '{agency} întârzie', ru: '{agency}: опоздание', en: '{agency} is late' },
  noAnswer: { ro: 'fără răspuns', ru: 'ответа нет', en: 'no answer' },
  awaiting: { ro: 'Așteptăm actele', ru: 'Ждём документы', en: 'Waiting for documents' },
  askedBy: { ro: 'cerute de {agency}', ru: 'запрос: {agency}', en: 'requested by {agency}' },
  lastDay: { ro: 'ultima zi', ru: 'последний день', en: 'last day' },
  handOver: { ro: 'De înmânat', ru: 'Выдать', en: 'To hand over' },
  handDecision: { ro: 'Decizie de înmânat', ru: 'Выдать решение', en: 'Decision to hand over' },
  refused: { ro: 'respinsă, cu motiv', ru: 'отказ, с причиной', en: 'rejected, with a reason' },
  rejectedToNotify: { ro: 'Respinsă, de anunțat', ru: 'Отказ, сообщить', en: 'Rejected, to notify' },
  notified: { ro: 'persoana este anunțată', ru: 'заявитель уведомлён', en: 'notified' },
  onTheWay: { ro: 'Rezultat pe drum', ru: 'Результат в пути', en: 'Result on its way' },
  onTheWayMore: { ro: 'confirmați când sosește', ru: 'подтвердите, когда прибудет', en: 'confirm when it arrives' },
  decided: { ro: 'decisă', ru: 'решено', en: 'decided' },
  decidedAgo: { ro: 'decisă de {days}', ru: 'решено: {days}', en: 'decided {days} ago' },
  notArrived: { ro: 'Nu a sosit', ru: 'Не прибыл', en: 'Not arrived' },
  askAgency: { ro: 'întrebați {agency}', ru: 'спросите {agency}', en: 'ask {agency}' },
  notify: { ro: 'De anunțat', ru: 'Сообщить', en: 'Notify the applicant' },
  noMail: { ro: 'fără e-mail', ru: 'нет эл. почты', en: 'no email' },
  noPhone: { ro: 'fără telefon', ru: 'нет телефона', en: 'no phone' },
  atDesk: { ro: 'la ghișeu', ru: 'в центре', en: 'at the desk' },
  atDeskFor: { ro: 'la ghișeu de {days}', ru: 'в центре {days}', en: 'at the desk for {days}' },
  lateBy: { ro: 'depășit cu {days}', ru: 'опоздание {days}', en: 'late by {days}' },
  revoked: { ro: 'Rezultat revocat', ru: 'Результат отозван', en: 'Result revoked' },
  nothingToHand: { ro: 'nu înmânați nimic', ru: 'ничего не выдавайте', en: 'do not hand over' },
  ask: { ro: 'De închis', ru: 'Закрыть', en: 'To close' },
  askMore: { ro: 'întrebați persoana', ru: 'спросите человека', en: 'ask the applicant' },
  handedOn: { ro: 'înmânată', ru: 'выдано', en: 'handed over' },
  complaint: { ro: 'plângere de {days}', ru: 'жалоба: {days}', en: 'complaint for {days}' },
  unpaid: { ro: 'taxa neachitată', ru: 'плата не отмечена', en: 'fee not recorded' },
  ended: { ro: 'încheiată', ru: 'завершено', en: 'ended' },
});

/** Steps of the clock of a silent agency in a row, in few words. */
export const MARKS: Record<EscalationStep, Text> = {
  unacknowledged: { ro: 'primire neconfirmată', ru: 'не подтверждено', en: 'not acknowledged' },
  'term-75': { ro: 'termenul se apropie', ru: 'срок близко', en: 'the term is near' },
  'term-100': { ro: 'termen legal depășit', ru: 'законный срок истёк', en: 'legal term passed' },
  'term-150': { ro: 'mult peste termen', ru: 'давно просрочено', en: 'far past the term' },
};
