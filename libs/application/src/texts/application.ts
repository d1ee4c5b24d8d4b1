import type { Action, CaseworkAction, State, NotificationMethod } from '../lifecycle.ts';
import type { HistoryKind, MessageChange, NoDueDateReason, ResultKind } from '../vocabularies.ts';
import type { Text } from './text.ts';

export const STATE_TEXTS: Record<State, Text> = {
  draft: { ro: 'Ciornă', ru: 'Черновик', en: 'Draft' },
  submitted: { ro: 'Depusă', ru: 'Подано', en: 'Submitted' },
  'in-progress': { ro: 'În lucru la instituție', ru: 'На рассмотрении', en: 'In progress' },
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
  renew: { ro: 'Treci la condițiile de azi', ru: 'Перейти на сегодняшние условия', en: 'Update to current terms' },
  'supply-documents': { ro: 'Trimite documentele', ru: 'Отправить документы', en: 'Send documents' },
  'hand-over': { ro: 'Înmânează', ru: 'Выдать', en: 'Hand over' },
  'confirm-outcome': { ro: 'Închide cererea', ru: 'Закрыть заявление', en: 'Close application' },
  correct: { ro: 'Deschide o corectare', ru: 'Открыть исправление', en: 'Start a correction' },
  'record-payment': { ro: 'Notează plata', ru: 'Отметить оплату', en: 'Record payment' },
  'choose-collection-centre': {
    ro: 'Alege centrul de ridicare',
    ru: 'Выбрать центр получения',
    en: 'Choose the collection centre',
  },
  'change-contact': { ro: 'Schimbă contactul', ru: 'Изменить контакт', en: 'Change contact' },
  'correct-submission': { ro: 'Corectează cererea', ru: 'Исправить заявление', en: 'Correct application' },
  'consent-to-passing-on': {
    ro: 'Persoana este de acord',
    ru: 'Человек согласен',
    en: 'The person agrees',
  },
  'refuse-passing-on': {
    ro: 'Persoana nu este de acord',
    ru: 'Человек не согласен',
    en: 'The person refuses',
  },
  'send-message': { ro: 'Scrie instituției', ru: 'Написать учреждению', en: 'Write to the agency' },
  'prepare-complaint': { ro: 'Pregătește plângerea', ru: 'Подготовить жалобу', en: 'Prepare the complaint' },
  'record-complaint': { ro: 'Notează depunerea plângerii', ru: 'Отметить подачу жалобы', en: 'Record the complaint' },
  'record-complaint-answer': {
    ro: 'Notează răspunsul la plângere',
    ru: 'Отметить ответ на жалобу',
    en: 'Record the answer to the complaint',
  },
  'confirm-arrival': { ro: 'Confirmă sosirea', ru: 'Подтвердить прибытие', en: 'Confirm arrival' },
  note: { ro: 'Scrie o notă', ru: 'Написать заметку', en: 'Write a note' },
  assign: { ro: 'Preia', ru: 'Взять себе', en: 'Assign to me' },
  'mark-seen': { ro: 'Marchează ca văzut', ru: 'Отметить как просмотренное', en: 'Mark as seen' },
  'notify-person': { ro: 'Notează că persoana știe', ru: 'Отметить, что заявитель уведомлён', en: 'Mark as notified' },
};

/** History entries: what was done. */
export const HISTORY_TEXTS: Record<HistoryKind, Text> = {
  edit: { ro: 'a modificat ciorna', ru: 'изменил(а) черновик', en: 'edited the draft' },
  submit: { ro: 'a depus cererea', ru: 'подал(а) заявление', en: 'submitted' },
  withdraw: { ro: 'a retras cererea', ru: 'отозвал(а) заявление', en: 'withdrew' },
  renew: { ro: 'a trecut ciorna la condițiile noi', ru: 'обновил(а) условия черновика', en: 'renewed the draft' },
  'supply-documents': { ro: 'a trimis documentele cerute', ru: 'отправил(а) документы', en: 'sent the documents' },
  'hand-over': { ro: 'a înmânat rezultatul', ru: 'выдал(а) результат', en: 'handed over' },
  'confirm-arrival': {
    ro: 'a confirmat că rezultatul a ajuns la centru',
    ru: 'подтвердил(а), что результат прибыл в центр',
    en: 'confirmed that the result arrived at the centre',
  },
  'choose-collection-centre': {
    ro: 'a ales centrul unde se ridică rezultatul',
    ru: 'выбрал(а) центр, где получат результат',
    en: 'chose the centre where the result is collected',
  },
  'change-contact': { ro: 'a schimbat contactul', ru: 'изменил(а) контакт', en: 'changed the contact' },
  'correct-submission': {
    ro: 'a corectat cererea depusă',
    ru: 'исправил(а) поданное заявление',
    en: 'corrected the filed application',
  },
  'consent-to-passing-on': {
    ro: 'a notat acordul pentru cealaltă instituție',
    ru: 'отметил(а) согласие на передачу',
    en: 'recorded the consent to the other agency',
  },
  'refuse-passing-on': {
    ro: 'a notat refuzul pentru cealaltă instituție',
    ru: 'отметил(а) отказ от передачи',
    en: 'recorded the refusal of the other agency',
  },
  'send-message': { ro: 'a scris instituției', ru: 'написал(а) учреждению', en: 'wrote to the agency' },
  'prepare-complaint': { ro: 'a pregătit o plângere', ru: 'подготовил(а) жалобу', en: 'prepared a complaint' },
  'record-complaint': {
    ro: 'a notat că plângerea semnată a ajuns la instituție',
    ru: 'отметил(а) подачу подписанной жалобы',
    en: 'recorded that the agency got the signed complaint',
  },
  'record-complaint-answer': {
    ro: 'a notat răspunsul la plângere',
    ru: 'отметил(а) ответ на жалобу',
    en: 'recorded the answer to the complaint',
  },
  'confirm-outcome': { ro: 'a închis cererea', ru: 'закрыл(а) заявление', en: 'closed the application' },
  correct: { ro: 'a deschis o corectare', ru: 'начал(а) исправление', en: 'opened a correction' },
  'record-payment': { ro: 'a notat plata', ru: 'отметил(а) оплату', en: 'recorded the payment' },
  note: { ro: 'a scris o notă', ru: 'написал(а) заметку', en: 'wrote a note' },
  assign: { ro: 'a preluat cererea', ru: 'взял(а) заявление себе', en: 'became the assignee' },
  'mark-seen': {
    ro: 'a văzut mesajele instituției',
    ru: 'просмотрел(а) сообщения учреждения',
    en: 'read the messages',
  },
  'notify-person': { ro: 'a anunțat persoana', ru: 'уведомил(а) заявителя', en: 'notified the applicant' },
  acknowledged: { ro: 'a primit cererea', ru: 'получил(а) заявление', en: 'received the application' },
  progressed: { ro: 'a scris cum merge lucrul', ru: 'сообщил(а) о ходе работы', en: 'reported progress' },
  'documents-requested': { ro: 'a cerut documente', ru: 'запросил(а) документы', en: 'requested documents' },
  approved: {
    ro: 'a decis: rezultatul este gata',
    ru: 'решил(а): результат готов',
    en: 'decided: the result is ready',
  },
  rejected: { ro: 'a respins cererea', ru: 'отказал(а) в заявлении', en: 'rejected the application' },
  'result-corrected': { ro: 'a corectat rezultatul', ru: 'исправил(а) результат', en: 'corrected the result' },
  'result-revoked': { ro: 'a revocat rezultatul', ru: 'отозвал(а) результат', en: 'revoked the result' },
  'passed-on': {
    ro: 'a transmis cererea mai departe',
    ru: 'передал(а) заявление дальше',
    en: 'passed the application on',
  },
  'message-sent': { ro: 'a scris centrului', ru: 'написал(а) центру', en: 'wrote to the centre' },
  'message-failed': {
    ro: 'un mesaj nu a putut pleca la instituție',
    ru: 'сообщение учреждению не отправлено',
    en: 'could not receive a message',
  },
  'delivery-cancelled': { ro: 'a oprit lucrul', ru: 'прекратил(а) работу', en: 'stopped working on it' },
  'delivery-failed': { ro: 'cererea nu a putut pleca', ru: 'заявление не отправлено', en: 'could not be sent' },
  'delivery-deferred': { ro: 'cererea așteaptă să plece', ru: 'заявление ждёт отправки', en: 'is waiting to be sent' },
  'message-refused': { ro: 'un mesaj nu a fost primit', ru: 'сообщение не принято', en: 'a message was rejected' },
  'message-unknown': { ro: 'un mesaj necunoscut', ru: 'неизвестное сообщение', en: 'an unknown message' },
  'draft-untouched': {
    ro: 'ciorna a expirat: nimeni nu a lucrat la ea',
    ru: 'черновик истёк: с ним никто не работал',
    en: 'the draft expired without changes',
  },
  'answer-date-passed': {
    ro: 'termenul pentru documente a trecut',
    ru: 'срок подачи документов прошёл',
    en: 'the deadline for documents passed',
  },
  'agency-escalation': {
    ro: 'instituția întârzie: a fost avertizată',
    ru: 'орган медлит: отправлено предупреждение',
    en: 'the agency is late: the delay was escalated',
  },
  'document-refused': {
    ro: 'o copie a fost respinsă la verificare',
    ru: 'копия не прошла проверку',
    en: 'a copy was refused',
  },
  'omit-scans': {
    ro: 'a aplicat actul fără copia scanată, care nu mai există',
    ru: 'применил(а) действие без скана, которого больше нет',
    en: 'released the act without the scan, which exists no more',
  },
  'mandate-revoked': {
    ro: 'persoana a revocat mandatul',
    ru: 'человек отозвал полномочие',
    en: 'the person revoked the mandate',
  },
  'restrict-processing': {
    ro: 'prelucrarea datelor a fost restricționată',
    ru: 'обработка данных ограничена',
    en: 'the processing was restricted',
  },
  'end-restriction': {
    ro: 'restricția de prelucrare s-a încheiat',
    ru: 'ограничение обработки снято',
    en: 'the restriction ended',
  },
  'request-erasure': {
    ro: 'ștergerea datelor a fost cerută',
    ru: 'запрошено удаление данных',
    en: 'the erasure was requested',
  },
  'erase-application': {
    ro: 'datele personale au fost șterse',
    ru: 'персональные данные удалены',
    en: 'the personal data were erased',
  },
  'assign-agency': {
    ro: 'a hotărât ce instituție primește cererea',
    ru: 'определил(а) учреждение для заявления',
    en: 'decided which agency receives the application',
  },
  other: { ro: 'alt pas', ru: 'другое действие', en: 'something else' },
};

export const MESSAGE_CHANGE_TEXTS: Record<MessageChange, Text> = {
  ANSWER_BY_LENGTHENED: {
    ro: 'Ziua de răspuns era prea apropiată și a fost mutată mai târziu.',
    ru: 'День ответа был слишком близко и перенесён позже.',
    en: 'The reply date was too early and was moved later.',
  },
  ANSWER_BY_CUT: {
    ro: 'Ziua de răspuns era prea departe și a fost mutată mai devreme.',
    ru: 'День ответа был слишком далеко и перенесён раньше.',
    en: 'The reply date was too late and was moved earlier.',
  },
  DECIDE_TIME_REPLACED: {
    ro: 'Ora deciziei nu putea fi adevărată; s-a luat ora trimiterii.',
    ru: 'Время решения невозможно; взято время отправки.',
    en: 'The time of the decision was invalid; the time of sending was used.',
  },
  VALID_UNTIL_DROPPED: {
    ro: 'Valabilitatea trecuse deja și a fost lăsată afară.',
    ru: 'Срок действия уже прошёл и опущен.',
    en: 'The validity had already ended and was omitted.',
  },
  APPEAL_UNTIL_DROPPED: {
    ro: 'Ziua de contestare trecuse deja și a fost lăsată afară.',
    ru: 'День обжалования уже прошёл и опущен.',
    en: 'The appeal date had already passed and was omitted.',
  },
  CE_TIME_REPLACED: {
    ro: 'Ora trimiterii nu putea fi adevărată; s-a luat ora sosirii.',
    ru: 'Время отправки невозможно; взято время получения.',
    en: 'The time of sending was invalid; the time of arrival was used.',
  },
  TEXT_CUT: {
    ro: 'Un text era prea lung și a fost scurtat.',
    ru: 'Текст был слишком длинным и сокращён.',
    en: 'A text was too long and was shortened.',
  },
  OTHER: { ro: 'Altă schimbare.', ru: 'Другое изменение.', en: 'Another change.' },
};

export const NO_DUE_DATE_TEXTS: Record<NoDueDateReason, Text> = {
  'no-term': {
    ro: 'termenul îl spune instituția',
    ru: 'срок сообщит учреждение',
    en: 'the agency states the duration',
  },
  'awaiting-payment': {
    ro: 'termenul curge de la plată',
    ru: 'срок считается с оплаты',
    en: 'the deadline counts from payment',
  },
  'clock-stopped': {
    ro: 'termenul stă cât se așteaptă documentele',
    ru: 'срок остановлен, пока ожидаются документы',
    en: 'the deadline is paused while documents are awaited',
  },
  'calendar-unknown': {
    ro: 'zilele libere ale anului nu se știu încă',
    ru: 'выходные этого года ещё неизвестны',
    en: 'the holidays of that year are not known yet',
  },
};

export const RESULT_KIND_TEXTS: Record<ResultKind, Text> = {
  paper: { ro: 'pe hârtie', ru: 'на бумаге', en: 'on paper' },
  electronic: { ro: 'electronic', ru: 'в электронном виде', en: 'electronic' },
  payment: { ro: 'o plată', ru: 'выплата', en: 'a payment' },
};

export const NOTIFICATION_METHOD_TEXTS: Record<NotificationMethod, Text> = {
  phone: { ro: 'prin telefon', ru: 'по телефону', en: 'by phone' },
  'in-person': { ro: 'în persoană', ru: 'лично', en: 'in person' },
  slip: { ro: 'prin fișă', ru: 'листком', en: 'by slip' },
};
