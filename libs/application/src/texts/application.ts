import type { Action, CaseworkAction, DeskAlertKind, State, NotificationMethod } from '../lifecycle.ts';
import type { Bucket } from '../queue.ts';
import type { HistoryKind, AccessKind, MessageChange, NoDueDateReason, ResultKind } from '../vocabularies.ts';
import type { Text } from './text.ts';

/** Texts of the lifecycle: states, actions and history. */

export const STATE_TEXTS: Record<State, Text> = {
  draft: { ro: 'Ciornă', ru: 'Черновик', en: 'Draft' },
  submitted: { ro: 'Depusă', ru: 'Подано', en: 'Submitted' },
  'in-progress': { ro: 'În lucru la autoritate', ru: 'На рассмотрении', en: 'In progress' },
  'documents-requested': { ro: 'Se cer documente', ru: 'Запрошены документы', en: 'Documents requested' },
  ready: { ro: 'Gata de înmânat', ru: 'Готово к выдаче', en: 'Ready to hand over' },
  rejected: { ro: 'Respinsă', ru: 'Отказано', en: 'Rejected' },
  'handed-over': { ro: 'Înmânată', ru: 'Выдано', en: 'Handed over' },
  closed: { ro: 'Închisă', ru: 'Закрыто', en: 'Closed' },
  withdrawn: { ro: 'Retrasă', ru: 'Отозвано', en: 'Withdrawn' },
  expired: { ro: 'Expirată', ru: 'Срок истёк', en: 'Expired' },
};

/** Button labels: verbs. */
export const ACTION_TEXTS: Record<Action | CaseworkAction, Text> = {
  edit: { ro: 'Modifică', ru: 'Изменить', en: 'Edit' },
  submit: { ro: 'Depune cererea', ru: 'Подать заявление', en: 'Submit' },
  withdraw: { ro: 'Retrage cererea', ru: 'Отозвать заявление', en: 'Withdraw' },
  renew: { ro: 'Treci la condițiile de azi', ru: 'Перейти на сегодняшние условия', en: 'Take today’s terms' },
  'supply-documents': { ro: 'Trimite documentele', ru: 'Отправить документы', en: 'Send the documents' },
  'hand-over': { ro: 'Înmânează', ru: 'Выдать', en: 'Hand over' },
  'confirm-outcome': { ro: 'Închide cererea', ru: 'Закрыть заявление', en: 'Close the application' },
  correct: { ro: 'Deschide o corectare', ru: 'Открыть исправление', en: 'Open a correction' },
  'record-payment': { ro: 'Notează plata', ru: 'Отметить оплату', en: 'Note the payment' },
  note: { ro: 'Scrie o notă', ru: 'Написать заметку', en: 'Write a note' },
  assign: { ro: 'Preia', ru: 'Взять себе', en: 'Take over' },
  'mark-seen': { ro: 'Marchează ca văzut', ru: 'Отметить как просмотренное', en: 'Mark as seen' },
  tell: { ro: 'Notează că persoana știe', ru: 'Отметить, что человеку сообщено', en: 'Note that the person was told' },
};

/** History entries: what was done. */
export const HISTORY_TEXTS: Record<HistoryKind, Text> = {
  edit: { ro: 'a modificat ciorna', ru: 'изменение черновика', en: 'edited the draft' },
  submit: { ro: 'a depus cererea', ru: 'подача заявления', en: 'submitted' },
  withdraw: { ro: 'a retras cererea', ru: 'отзыв заявления', en: 'withdrew' },
  renew: { ro: 'a trecut ciorna la condițiile noi', ru: 'переход на новые условия', en: 'renewed the draft' },
  'supply-documents': { ro: 'a trimis documentele cerute', ru: 'отправка документов', en: 'sent the documents' },
  'hand-over': { ro: 'a înmânat rezultatul', ru: 'выдача результата', en: 'handed over' },
  'confirm-outcome': { ro: 'a închis cererea', ru: 'закрытие заявления', en: 'closed the application' },
  correct: { ro: 'a deschis o corectare', ru: 'открытие исправления', en: 'opened a correction' },
  'record-payment': { ro: 'a notat plata', ru: 'отметка об оплате', en: 'noted the payment' },
  note: { ro: 'a scris o notă', ru: 'заметка', en: 'wrote a note' },
  assign: { ro: 'a preluat cererea', ru: 'назначение ответственного', en: 'took over' },
  'mark-seen': { ro: 'a văzut mesajele autorității', ru: 'сообщения ведомства просмотрены', en: 'saw the messages' },
  tell: { ro: 'a anunțat persoana', ru: 'человеку сообщено', en: 'told the person' },
  acknowledged: { ro: 'a primit cererea', ru: 'заявление принято', en: 'received the application' },
  progressed: { ro: 'a scris cum merge lucrul', ru: 'сообщение о ходе работы', en: 'reported progress' },
  'documents-requested': { ro: 'a cerut documente', ru: 'запрос документов', en: 'asked for documents' },
  approved: { ro: 'a decis: rezultatul este gata', ru: 'решение: результат готов', en: 'decided: there is a result' },
  rejected: { ro: 'a respins cererea', ru: 'отказ', en: 'rejected the application' },
  'result-corrected': { ro: 'a corectat rezultatul', ru: 'результат исправлен', en: 'corrected the result' },
  'result-revoked': { ro: 'a revocat rezultatul', ru: 'результат отозван', en: 'revoked the result' },
  'delivery-cancelled': { ro: 'a oprit lucrul', ru: 'работа прекращена', en: 'stopped working on it' },
  'delivery-failed': { ro: 'cererea nu a putut pleca', ru: 'заявление не отправлено', en: 'could not be sent' },
  'delivery-waits': { ro: 'cererea așteaptă să plece', ru: 'заявление ждёт отправки', en: 'waits to be sent' },
  'message-refused': { ro: 'un mesaj nu a fost primit', ru: 'сообщение не принято', en: 'a message was refused' },
  'message-unknown': { ro: 'un mesaj necunoscut', ru: 'неизвестное сообщение', en: 'a message that is not known' },
  'draft-untouched': {
    ro: 'ciorna a expirat: nimeni nu a lucrat la ea',
    ru: 'черновик истёк: с ним никто не работал',
    en: 'the draft expired: nobody touched it',
  },
  'answer-date-passed': {
    ro: 'termenul pentru documente a trecut',
    ru: 'срок подачи документов прошёл',
    en: 'the day for the documents passed',
  },
  other: { ro: 'alt pas', ru: 'другое действие', en: 'something else' },
};

/** Alerts: what happened, and what to do if there is a task. */
export const DESK_ALERT_TEXTS: Record<DeskAlertKind, Text> = {
  'acknowledged-after-end': {
    ro: 'Autoritatea a confirmat primirea după ce cererea s-a încheiat.',
    ru: 'Ведомство подтвердило получение после завершения заявления.',
    en: 'The agency confirmed receipt after the application had ended.',
  },
  'progress-after-end': {
    ro: 'Autoritatea lucrează încă, deși cererea s-a încheiat. Sunați la autoritate.',
    ru: 'Ведомство ещё работает, хотя заявление завершено. Позвоните в ведомство.',
    en: 'The agency still works, though the application has ended. Call the agency.',
  },
  'documents-requested-after-end': {
    ro: 'Autoritatea cere documente după încheierea cererii. Deschideți o corectare dacă persoana mai are nevoie.',
    ru: 'Ведомство просит документы после завершения. Откройте исправление, если человеку это ещё нужно.',
    en: 'The agency asks for documents after the end. Open a correction if the person still needs it.',
  },
  'decision-after-end': {
    ro: 'Autoritatea a decis după încheierea cererii. Spuneți persoanei.',
    ru: 'Ведомство приняло решение после завершения. Сообщите человеку.',
    en: 'The agency decided after the application had ended. Tell the person.',
  },
  'result-corrected': {
    ro: 'Autoritatea a corectat rezultatul. Înmânați-l pe cel nou.',
    ru: 'Ведомство исправило результат. Выдайте новый.',
    en: 'The agency corrected the result. Hand over the new one.',
  },
  'result-revoked': {
    ro: 'Autoritatea a revocat rezultatul. Nu înmânați nimic.',
    ru: 'Ведомство отозвало результат. Ничего не выдавайте.',
    en: 'The agency revoked the result. Hand nothing over.',
  },
  'agency-stopped': {
    ro: 'Autoritatea a oprit lucrul la cererea retrasă.',
    ru: 'Ведомство прекратило работу по отозванному заявлению.',
    en: 'The agency stopped working on the withdrawn application.',
  },
  'delivery-failed': {
    ro: 'Cererea nu a putut fi trimisă autorității. Spuneți-le celor care întrețin platforma.',
    ru: 'Заявление не удалось передать ведомству. Сообщите тем, кто обслуживает платформу.',
    en: 'The application could not be sent to the agency. Tell those who run the platform.',
  },
  'delivery-waits': {
    ro: 'Cererea așteaptă să plece la autoritate. Pleacă singură.',
    ru: 'Заявление ждёт отправки в ведомство. Уйдёт само.',
    en: 'The application waits to go to the agency. It goes by itself.',
  },
  'message-refused': {
    ro: 'Un mesaj al autorității nu a putut fi primit. Sunați la autoritate dacă așteptați ceva.',
    ru: 'Сообщение ведомства не удалось принять. Позвоните в ведомство, если чего-то ждёте.',
    en: 'A message of the agency could not be taken. Call the agency if you wait for something.',
  },
  'message-unknown': {
    ro: 'Autoritatea a trimis un mesaj pe care platforma nu îl cunoaște încă.',
    ru: 'Ведомство прислало сообщение, которое платформа ещё не знает.',
    en: 'The agency sent a message that the platform does not know yet.',
  },
  'acknowledged-after-decision': {
    ro: 'Autoritatea a confirmat primirea după decizie.',
    ru: 'Ведомство подтвердило получение после решения.',
    en: 'The agency confirmed receipt after its decision.',
  },
  'progress-after-decision': {
    ro: 'Autoritatea a scris despre lucru după decizie. Citiți mesajul.',
    ru: 'Ведомство написало о ходе работы после решения. Прочитайте сообщение.',
    en: 'The agency reported progress after its decision. Read the message.',
  },
  'documents-requested-after-decision': {
    ro: 'Autoritatea cere documente după decizie. Sunați la autoritate.',
    ru: 'Ведомство просит документы после решения. Позвоните в ведомство.',
    en: 'The agency asks for documents after its decision. Call the agency.',
  },
  'second-decision': {
    ro: 'Autoritatea a decis a doua oară; rămâne prima decizie. Sunați la autoritate.',
    ru: 'Ведомство приняло второе решение; остаётся первое. Позвоните в ведомство.',
    en: 'The agency decided a second time; the first decision stays. Call the agency.',
  },
  'result-before-decision': {
    ro: 'Autoritatea a schimbat un rezultat pe care nu l-a dat încă. Sunați la autoritate.',
    ru: 'Ведомство изменило результат, которого ещё не давало. Позвоните в ведомство.',
    en: 'The agency changed a result that it has not given yet. Call the agency.',
  },
  'message-before-submission': {
    ro: 'Autoritatea a scris despre o ciornă. Spuneți-le celor care întrețin platforma.',
    ru: 'Ведомство написало о черновике. Сообщите тем, кто обслуживает платформу.',
    en: 'The agency wrote about a draft. Tell those who run the platform.',
  },
  'acknowledged-late': {
    ro: 'Autoritatea a confirmat primirea după ce a cerut documente.',
    ru: 'Ведомство подтвердило получение после запроса документов.',
    en: 'The agency confirmed receipt after it had asked for documents.',
  },
  'progress-while-awaiting-documents': {
    ro: 'Autoritatea a scris despre lucru, dar documentele tot se așteaptă.',
    ru: 'Ведомство написало о ходе работы, но документы всё ещё ожидаются.',
    en: 'The agency reported progress, but the documents are still awaited.',
  },
  'documents-requested-too-often': {
    ro: 'Autoritatea a cerut documente de prea multe ori. Sunați la autoritate.',
    ru: 'Ведомство просило документы слишком много раз. Позвоните в ведомство.',
    en: 'The agency asked for documents too often. Call the agency.',
  },
  'agency-message-changed': {
    ro: 'Un mesaj al autorității nu a fost luat chiar așa cum a venit.',
    ru: 'Сообщение ведомства принято не совсем так, как пришло.',
    en: 'A message of the agency was not taken quite as it came.',
  },
  other: {
    ro: 'Autoritatea a scris ceva. Citiți istoricul.',
    ru: 'Ведомство что-то написало. Прочитайте историю.',
    en: 'The agency wrote something. Read the history.',
  },
};

export const MESSAGE_CHANGE_TEXTS: Record<MessageChange, Text> = {
  ANSWER_BY_LENGTHENED: {
    ro: 'Ziua de răspuns era prea apropiată și a fost mutată mai târziu.',
    ru: 'День ответа был слишком близко и перенесён позже.',
    en: 'The day to answer was too near and was moved later.',
  },
  ANSWER_BY_CUT: {
    ro: 'Ziua de răspuns era prea departe și a fost mutată mai devreme.',
    ru: 'День ответа был слишком далеко и перенесён раньше.',
    en: 'The day to answer was too far and was moved earlier.',
  },
  DECIDE_TIME_REPLACED: {
    ro: 'Ora deciziei nu putea fi adevărată; s-a luat ora trimiterii.',
    ru: 'Время решения невозможно; взято время отправки.',
    en: 'The time of the decision could not be; that of sending was taken.',
  },
  VALID_UNTIL_DROPPED: {
    ro: 'Valabilitatea trecuse deja și a fost lăsată afară.',
    ru: 'Срок действия уже прошёл и опущен.',
    en: 'The validity had passed already and was left out.',
  },
  APPEAL_UNTIL_DROPPED: {
    ro: 'Ziua de contestare trecuse deja și a fost lăsată afară.',
    ru: 'День обжалования уже прошёл и опущен.',
    en: 'The day to appeal had passed already and was left out.',
  },
  CE_TIME_REPLACED: {
    ro: 'Ora trimiterii nu putea fi adevărată; s-a luat ora sosirii.',
    ru: 'Время отправки невозможно; взято время получения.',
    en: 'The time of sending could not be; that of arrival was taken.',
  },
  TEXT_CUT: {
    ro: 'Un text era prea lung și a fost scurtat.',
    ru: 'Текст был слишком длинным и сокращён.',
    en: 'A text was too long and was cut.',
  },
  OTHER: { ro: 'Altă schimbare.', ru: 'Другое изменение.', en: 'Another change.' },
};

export const NO_DUE_DATE_TEXTS: Record<NoDueDateReason, Text> = {
  'no-term': { ro: 'termen necunoscut', ru: 'срок неизвестен', en: 'no term known' },
  'awaiting-payment': {
    ro: 'termenul curge de la plată',
    ru: 'срок считается с оплаты',
    en: 'the term counts from payment',
  },
  'clock-stopped': {
    ro: 'termenul stă cât se așteaptă documentele',
    ru: 'срок остановлен, пока ожидаются документы',
    en: 'the term stands while documents are awaited',
  },
  'calendar-unknown': {
    ro: 'zilele libere ale anului nu se știu încă',
    ru: 'выходные этого года ещё неизвестны',
    en: 'the days off of that year are not known yet',
  },
};

export const RESULT_KIND_TEXTS: Record<ResultKind, Text> = {
  paper: { ro: 'pe hârtie', ru: 'на бумаге', en: 'on paper' },
  electronic: { ro: 'electronic', ru: 'в электронном виде', en: 'electronic' },
  payment: { ro: 'o plată', ru: 'выплата', en: 'a payment' },
};

export const NOTIFICATION_METHOD_TEXTS: Record<NotificationMethod, Text> = {
  phone: { ro: 'prin telefon', ru: 'по телефону', en: 'by telephone' },
  'in-person': { ro: 'în persoană', ru: 'лично', en: 'in person' },
  slip: { ro: 'prin fișă', ru: 'листком', en: 'by slip' },
};

export const ACCESS_KIND_TEXTS: Record<AccessKind, Text> = {
  file: { ro: 'dosarul cererii', ru: 'дело заявления', en: 'the file of the application' },
  search: { ro: 'rândul într-o căutare', ru: 'строка в поиске', en: 'the row in a search' },
  submission: { ro: 'cererea depusă', ru: 'поданное заявление', en: 'the application as filed' },
  history: { ro: 'parcursul cererii', ru: 'ход заявления', en: 'the history of the application' },
  person: {
    ro: 'datele persoanei, pentru o cerere nouă',
    ru: 'данные лица, для нового заявления',
    en: 'the data of the person, for a new application',
  },
  notices: { ro: 'înștiințările', ru: 'уведомления', en: 'the notices' },
  slip: { ro: 'fișa unei înștiințări', ru: 'листок уведомления', en: 'the slip of a notice' },
};

/** Buckets of the queue. */
export const BUCKET_TEXTS: Record<Bucket, Text> = {
  today: { ro: 'De făcut astăzi', ru: 'Сделать сегодня', en: 'To do today' },
  'came-back': { ro: 'Cu răspuns nou', ru: 'С новым ответом', en: 'New answers' },
  'documents-requested': { ro: 'Acte cerute', ru: 'Запрошены документы', en: 'Documents asked for' },
  ready: { ro: 'Gata de înmânat', ru: 'Готово к выдаче', en: 'Ready to hand over' },
  'running-out': { ro: 'Termen aproape', ru: 'Срок близко', en: 'Running out' },
  'to-ring': { ro: 'De sunat', ru: 'Позвонить', en: 'To ring' },
  drafts: { ro: 'Ciorne', ru: 'Черновики', en: 'Drafts' },
  mine: { ro: 'Cererile mele', ru: 'Мои заявления', en: 'My applications' },
  open: { ro: 'Toate deschise', ru: 'Все открытые', en: 'All open' },
  'to-confirm': { ro: 'De închis', ru: 'Закрыть', en: 'To close' },
  'at-agency': { ro: 'La instituții', ru: 'В ведомствах', en: 'With agencies' },
  'uncollected-14-days': { ro: 'Neridicate, 14 zile', ru: 'Не забрали 14 дней', en: 'Uncollected, 14 days' },
  'uncollected-30-days': { ro: 'Neridicate, 30 de zile', ru: 'Не забрали 30 дней', en: 'Uncollected, 30 days' },
};
