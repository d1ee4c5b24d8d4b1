import { defineMessages } from '../language/messages.ts';
import type { Text } from '../language/messages.ts';
import type { AgencyStage } from '../api/types.ts';
import type { MissingMember, ReplyKind } from '../agency-page/reply-model.ts';

/** The page of an agency without a system. */
export const AGENCY_PAGE = defineMessages({
  title: { ro: 'Cereri de lucrat', ru: 'Заявления к рассмотрению', en: 'Applications to work on' },
  lists: { ro: 'Etape', ru: 'Этапы', en: 'Stages' },
  mine: { ro: 'Numai ale mele', ru: 'Только мои', en: 'Only mine' },
  search: {
    ro: 'Căutați după nume, serviciu sau număr',
    ru: 'Поиск по имени, услуге или номеру',
    en: 'Search by name, service or number',
  },
  notFound: {
    ro: 'Nicio cerere găsită. Verificați cum este scris.',
    ru: 'Ничего не найдено. Проверьте написание.',
    en: 'No application found. Check the spelling.',
  },
  none: {
    ro: 'Nicio cerere în această etapă.',
    ru: 'На этом этапе заявлений нет.',
    en: 'No applications in this stage.',
  },
  dueBy: { ro: 'până la {day}', ru: 'до {day}', en: 'due {day}' },
  late: { ro: 'termen depășit', ru: 'срок истёк', en: 'overdue' },
  noTerm: { ro: 'fără termen', ru: 'без срока', en: 'no term' },
  unassigned: { ro: 'nepreluată', ru: 'не взято', en: 'unassigned' },
  take: { ro: 'Preiau eu', ru: 'Взять себе', en: 'Assign to me' },
  assignee: { ro: 'Lucrează', ru: 'Исполнитель', en: 'Assignee' },
  reference: { ro: 'Numărul instituției', ru: 'Номер учреждения', en: 'Agency reference' },
  submission: { ro: 'Cererea depusă', ru: 'Поданное заявление', en: 'Filed application' },
  removed: { ro: 'Răspunsuri scoase', ru: 'Убранные ответы', en: 'Removed answers' },
  before: { ro: 'înainte: {value}', ru: 'раньше: {value}', en: 'before: {value}' },
  suppliedLater: { ro: 'adus ulterior', ru: 'принесён позже', en: 'supplied later' },
  unavailable: {
    ro: 'Persoana nu îl poate aduce',
    ru: 'Человек не может его принести',
    en: 'The person cannot bring it',
  },
  moved: { ro: 'ați cerut {day}', ru: 'вы указали {day}', en: 'you named {day}' },
  meanwhile: {
    ro: 'Un coleg a răspuns între timp. Vedeți istoricul, apoi trimiteți din nou dacă mai este nevoie.',
    ru: 'Тем временем ответил коллега. Посмотрите историю и, если нужно, отправьте ещё раз.',
    en: 'A colleague has replied meanwhile. See the history, and send again if you still need to.',
  },
  history: { ro: 'Istoricul', ru: 'История', en: 'History' },
  due: { ro: 'Termenul legal', ru: 'Срок по закону', en: 'Legal term' },
  reminders: { ro: 'Atenționări', ru: 'Напоминания', en: 'Reminders' },
  filedAt: { ro: 'Depusă la', ru: 'Подано в', en: 'Filed at' },
  own: {
    ro: 'Cererea este a dumneavoastră. O decide un coleg.',
    ru: 'Это ваше заявление. Решение принимает коллега.',
    en: 'This is your own application. A colleague decides it.',
  },
  ended: {
    ro: 'Cererea a fost retrasă sau a expirat. Nu mai este nimic de făcut.',
    ru: 'Заявление отозвано или истекло. Ничего делать не нужно.',
    en: 'The application was withdrawn or has expired. There is nothing to do.',
  },
  waits: {
    ro: 'Persoana aduce actele cerute. Puteți decide și înainte.',
    ru: 'Человек принесёт запрошенные документы. Решить можно и раньше.',
    en: 'The person will bring the requested documents. You can decide before.',
  },
  whatToDo: { ro: 'Ce faceți?', ru: 'Что вы делаете?', en: 'What do you want to do?' },
  sending: { ro: 'Se trimite…', ru: 'Отправляется…', en: 'Sending…' },
  outcome: { ro: 'Decizia', ru: 'Решение', en: 'Decision' },
  approved: { ro: 'Se aprobă', ru: 'Удовлетворить', en: 'Approve' },
  rejected: { ro: 'Se respinge', ru: 'Отказать', en: 'Reject' },
  whatIsDecided: { ro: 'Ce s-a decis', ru: 'Что решено', en: 'What was decided' },
  isApproved: { ro: 'Aprobată', ru: 'Удовлетворено', en: 'Approved' },
  isRejected: { ro: 'Respinsă', ru: 'Отказано', en: 'Rejected' },
  verificationUrl: { ro: 'Adresa de verificare', ru: 'Адрес проверки', en: 'Verification address' },
  resultKind: { ro: 'Rezultatul', ru: 'Результат', en: 'Result' },
  resultNumber: { ro: 'Numărul rezultatului', ru: 'Номер результата', en: 'Number of the result' },
  verificationCode: { ro: 'Codul de verificare', ru: 'Код проверки', en: 'Verification code' },
  validUntil: { ro: 'Valabil până la', ru: 'Действителен до', en: 'Valid until' },
  documents: { ro: 'Ce acte lipsesc?', ru: 'Каких документов не хватает?', en: 'Which documents are missing?' },
  answerBy: { ro: 'Ultima zi în care se primesc', ru: 'Последний день приёма', en: 'Last day to bring them' },
  message: { ro: 'Mesaj pentru persoană', ru: 'Сообщение для человека', en: 'Message to the person' },
  competentAgency: { ro: 'Instituția competentă', ru: 'Компетентное учреждение', en: 'Competent agency' },
  passOnHelp: {
    ro: 'Scrieți numele. Cererea pleacă de la dumneavoastră, iar termenul legal curge.',
    ru: 'Введите название. Заявление уйдёт от вас, а законный срок идёт.',
    en: 'Type its name. The application leaves you, and the legal term keeps running.',
  },
  passOnQuestion: {
    ro: 'Trimiteți cererea altei instituții?',
    ru: 'Передать заявление другому учреждению?',
    en: 'Pass the application on to another agency?',
  },
  passOnEffect: {
    ro: 'Nu o veți mai putea citi și nici lua înapoi.',
    ru: 'Вы больше не сможете ни прочитать его, ни вернуть.',
    en: 'You can no longer read it, and you cannot take it back.',
  },
  passOn: { ro: 'O trimit', ru: 'Передать', en: 'Pass on' },
  keep: { ro: 'Rămâne la noi', ru: 'Оставить у нас', en: 'Keep it' },
  reason: { ro: 'Motivul, pentru persoană', ru: 'Причина, для человека', en: 'Reason, for the person' },
  template: { ro: 'Model', ru: 'Шаблон', en: 'Template' },
  appealTemplate: { ro: 'Model de contestare', ru: 'Шаблон обжалования', en: 'Template of the appeal' },
  noTemplate: { ro: 'Fără model', ru: 'Без шаблона', en: 'None' },
  appealHow: { ro: 'Cum se contestă', ru: 'Как обжаловать', en: 'How to appeal' },
  appealUntil: { ro: 'Ultima zi de contestare', ru: 'Последний день обжалования', en: 'Last day to appeal' },
  note: { ro: 'Nota', ru: 'Заметка', en: 'Note' },
  expectedDecision: {
    ro: 'Ziua până la care veți decide',
    ru: 'День, до которого вы примете решение',
    en: 'Day by which you expect to decide',
  },
  expectedDecisionHelp: {
    ro: 'O văd persoana și centrul. Termenul legal nu se schimbă.',
    ru: 'Его видят человек и центр. Законный срок не меняется.',
    en: 'The person and the centre see it. The legal term does not change.',
  },
  expected: { ro: 'Decizia anunțată până la', ru: 'Решение обещано до', en: 'Decision announced by' },
  optional: { ro: 'opțional', ru: 'необязательно', en: 'optional' },
  inRomanian: { ro: 'În română', ru: 'На румынском', en: 'In Romanian' },
  inRussian: { ro: 'În rusă', ru: 'На русском', en: 'In Russian' },
  inEnglish: { ro: 'În engleză', ru: 'На английском', en: 'In English' },
});

export const AGENCY_STAGE_TEXTS: Record<AgencyStage, Text> = {
  'to-acknowledge': { ro: 'De luat în evidență', ru: 'Зарегистрировать', en: 'To acknowledge' },
  'in-progress': { ro: 'De decis', ru: 'Решить', en: 'To decide' },
  'documents-requested': { ro: 'Așteaptă acte', ru: 'Ожидают документов', en: 'Waiting for documents' },
  decided: { ro: 'Decise', ru: 'Решённые', en: 'Decided' },
  ended: { ro: 'Încheiate', ru: 'Завершённые', en: 'Ended' },
};

export const REPLY_TEXTS: Record<ReplyKind, Text> = {
  acknowledged: { ro: 'Iau în evidență', ru: 'Зарегистрировать', en: 'Acknowledge' },
  progressed: { ro: 'Scriu o notă', ru: 'Написать заметку', en: 'Report progress' },
  documentsRequested: { ro: 'Cer acte', ru: 'Запросить документы', en: 'Request documents' },
  decided: { ro: 'Decid', ru: 'Принять решение', en: 'Decide' },
  resultCorrected: { ro: 'Corectez rezultatul', ru: 'Исправить результат', en: 'Correct the result' },
  resultRevoked: { ro: 'Revoc rezultatul', ru: 'Отозвать результат', en: 'Revoke the result' },
  passedOn: { ro: 'Nu este de competența noastră', ru: 'Не в нашей компетенции', en: 'Not ours' },
};

export const MISSING_TEXTS: Record<MissingMember, Text> = {
  agencyReference: {
    ro: 'Scrieți numărul sub care ați luat-o în evidență.',
    ru: 'Укажите номер, под которым заявление зарегистрировано.',
    en: 'Write the number under which you registered it.',
  },
  note: {
    ro: 'Scrieți nota sau alegeți ziua.',
    ru: 'Напишите заметку или выберите день.',
    en: 'Write the note, or choose the day.',
  },
  expectedDecisionDate: {
    ro: 'Alegeți o zi de azi până peste cel mult un an.',
    ru: 'Выберите день от сегодняшнего, не позже чем через год.',
    en: 'Choose a day from today, at most one year ahead.',
  },
  documents: {
    ro: 'Alegeți cel puțin un act.',
    ru: 'Выберите хотя бы один документ.',
    en: 'Choose at least one document.',
  },
  answerBy: { ro: 'Alegeți ultima zi.', ru: 'Выберите последний день.', en: 'Choose the last day.' },
  outcome: { ro: 'Alegeți decizia.', ru: 'Выберите решение.', en: 'Choose the decision.' },
  resultKind: { ro: 'Alegeți rezultatul.', ru: 'Выберите результат.', en: 'Choose the result.' },
  resultFile: {
    ro: 'Documentul nu este încă verificat. Așteptați sau scoateți-l.',
    ru: 'Документ ещё не проверен. Подождите или уберите его.',
    en: 'The document is not checked yet. Wait, or remove it.',
  },
  agency: { ro: 'Alegeți instituția.', ru: 'Выберите учреждение.', en: 'Choose the agency.' },
  text: { ro: 'Scrieți motivul în română.', ru: 'Напишите причину на румынском.', en: 'Write the reason in Romanian.' },
  noteMarks: {
    ro: 'Completați locurile dintre paranteze.',
    ru: 'Заполните места в скобках.',
    en: 'Fill in the places in brackets.',
  },
  textMarks: {
    ro: 'Completați locurile dintre paranteze.',
    ru: 'Заполните места в скобках.',
    en: 'Fill in the places in brackets.',
  },
  appealMarks: {
    ro: 'Completați locurile dintre paranteze.',
    ru: 'Заполните места в скобках.',
    en: 'Fill in the places in brackets.',
  },
  appealHow: {
    ro: 'Scrieți în română cum se contestă.',
    ru: 'Напишите на румынском, как обжаловать.',
    en: 'Write in Romanian how to appeal.',
  },
};
