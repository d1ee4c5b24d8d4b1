import { defineMessages } from '../language/messages.ts';

/** The screen of unsent acts, and the decisions about those that the platform rejected. */
export const UNSENT = defineMessages({
  title: { ro: 'De trimis', ru: 'К отправке', en: 'Unsent' },
  lead: {
    ro: 'Ce s-a făcut pe acest calculator și nu a ajuns încă la platformă.',
    ru: 'Что сделано на этом компьютере и ещё не дошло до платформы.',
    en: 'What was done on this PC and has not reached the platform yet.',
  },
  none: { ro: 'Totul este trimis.', ru: 'Всё отправлено.', en: 'Everything is sent.' },
  waitsForLine: {
    ro: 'Așteaptă platforma. Se trimite automat.',
    ru: 'Ожидает платформу. Отправится автоматически.',
    en: 'Waiting for the platform. It is sent automatically.',
  },
  sending: { ro: 'Se trimite', ru: 'Отправляется', en: 'Being sent' },
  waitsForUndo: {
    ro: 'Se trimite peste câteva secunde',
    ru: 'Отправится через несколько секунд',
    en: 'It is sent in a few seconds',
  },
  waitsForOther: { ro: 'Așteaptă actul dinainte', ru: 'Ожидает предыдущее действие', en: 'Waiting for the act before' },
  waitsForDecision: {
    ro: 'Platforma nu l-a primit. Decideți mai jos.',
    ru: 'Платформа не приняла. Решите ниже.',
    en: 'The platform rejected it. Decide below.',
  },
  notStored: {
    ro: 'Browserul nu l-a putut păstra: discul este plin. Nu închideți pagina și nu dați recipisă.',
    ru: 'Браузер не смог сохранить: диск заполнен. Не закрывайте страницу и не выдавайте расписку.',
    en: 'The browser could not store it: the disk is full. Do not close the page, and give no receipt.',
  },
  madeAt: { ro: 'făcut la {time}', ru: 'сделано {time}', en: 'made on {time}' },
  again: { ro: 'Trimite acum', ru: 'Отправить сейчас', en: 'Send now' },
  retry: { ro: 'Trimite din nou', ru: 'Отправить снова', en: 'Send again' },
  openDraft: { ro: 'Deschide ciorna', ru: 'Открыть черновик', en: 'Open the draft' },
  openApplication: { ro: 'Deschide cererea', ru: 'Открыть заявление', en: 'Open the application' },
  keepAsNote: { ro: 'Păstrează ca notă', ru: 'Сохранить как заметку', en: 'Keep as a note' },
  handIn: { ro: 'Predă supervizorului', ru: 'Передать супервизору', en: 'Hand in for a supervisor' },
  handedIn: {
    ro: 'Predat supervizorului spre decizie.',
    ru: 'Передано супервизору для решения.',
    en: 'Handed in for a supervisor to decide.',
  },
  handingIn: { ro: 'Se predă', ru: 'Передаётся', en: 'Handing in' },
  discard: { ro: 'Renunță la act', ru: 'Отменить действие', en: 'Discard the act' },
  cancel: { ro: 'Înapoi', ru: 'Назад', en: 'Back' },
  reason: { ro: 'De ce renunțați?', ru: 'Почему отменяете?', en: 'Why do you discard it?' },
  reasonHelp: {
    ro: 'Motivul se scrie în cerere, ca notă a centrului.',
    ru: 'Причина записывается в заявление как заметка центра.',
    en: 'The reason is written on the application, as a note of the centre.',
  },
  reasonHelpHere: {
    ro: 'Platforma nu are această cerere. Motivul rămâne pe acest calculator până la ieșire.',
    ru: 'У платформы нет этого заявления. Причина останется на этом компьютере до выхода.',
    en: 'The platform does not have this application. The reason stays on this PC until sign-out.',
  },
  reasonNeeded: { ro: 'Scrieți motivul.', ru: 'Напишите причину.', en: 'Enter the reason.' },
  here: { ro: 'Făcut aici', ru: 'Сделано здесь', en: 'Done here' },
  there: { ro: 'La platformă acum', ru: 'Сейчас на платформе', en: 'At the platform now' },
  thereUnknown: {
    ro: 'Platforma nu arată această cerere.',
    ru: 'Платформа не показывает это заявление.',
    en: 'The platform does not show this application.',
  },
  thereLoading: { ro: 'Se citește', ru: 'Читается', en: 'Reading' },
  state: { ro: 'Starea', ru: 'Состояние', en: 'State' },
  changedAt: { ro: 'Modificată', ru: 'Изменено', en: 'Changed' },
  empty: { ro: 'gol', ru: 'пусто', en: 'empty' },
  discarded: { ro: 'La care s-a renunțat', ru: 'Отменённые', en: 'Discarded' },
  unnamed: { ro: 'Cerere {number}', ru: 'Заявление {number}', en: 'Application {number}' },
  // Notes are in Romanian whatever the language of the page.
  noteKept: {
    ro: 'Făcut la ghișeu la {time}, neprimit de platformă: {act}',
    ru: 'Făcut la ghișeu la {time}, neprimit de platformă: {act}',
    en: 'Făcut la ghișeu la {time}, neprimit de platformă: {act}',
  },
  noteHandedIn: {
    ro: 'Făcut la ghișeu la {time}, predat supervizorului spre decizie: {act}',
    ru: 'Făcut la ghișeu la {time}, predat supervizorului spre decizie: {act}',
    en: 'Făcut la ghișeu la {time}, predat supervizorului spre decizie: {act}',
  },
  noteDiscarded: {
    ro: 'Făcut la ghișeu la {time}, s-a renunțat: {act} Motivul: {reason}',
    ru: 'Făcut la ghișeu la {time}, s-a renunțat: {act} Motivul: {reason}',
    en: 'Făcut la ghișeu la {time}, s-a renunțat: {act} Motivul: {reason}',
  },

  banner: {
    ro: 'Platforma nu a primit tot ce s-a făcut aici. Decideți ce rămâne.',
    ru: 'Платформа приняла не всё, что здесь сделано. Решите, что остаётся.',
    en: 'The platform rejected something that was done here. Decide what to keep.',
  },
  scan: { ro: 'Copie scanată: {document}', ru: 'Скан: {document}', en: 'Scan: {document}' },
  scanLate: {
    ro: 'A ajuns prea târziu: cererea depusă nu o are. Scanați din nou în cerere.',
    ru: 'Пришёл слишком поздно: в поданном заявлении его нет. Отсканируйте снова в заявлении.',
    en: 'It arrived too late, and the filed application lacks it. Scan again in the application.',
  },
  leaveOut: { ro: 'Trimite fără copie', ru: 'Отправить без скана', en: 'Send without the scan' },
  leaveOutAsk: {
    ro: 'Copia se șterge de pe acest calculator, iar cererea pleacă fără ea.',
    ru: 'Скан удалится с этого компьютера, и заявление уйдёт без него.',
    en: 'The scan is deleted on this PC, and the application goes without it.',
  },
  leaveOutYes: { ro: 'Da, fără copie', ru: 'Да, без скана', en: 'Yes, without the scan' },
  bannerScan: {
    ro: 'Platforma nu a primit o copie scanată. Scanați din nou sau trimiteți fără ea.',
    ru: 'Платформа не приняла скан. Отсканируйте снова или отправьте без него.',
    en: 'The platform rejected a scan. Scan again, or send without it.',
  },
  bannerStorage: {
    ro: 'Discul este plin: ce faceți acum nu se păstrează dacă închideți pagina. Eliberați loc pe disc.',
    ru: 'Диск заполнен: сделанное сейчас пропадёт, если закрыть страницу. Освободите место на диске.',
    en: 'The disk is full. What you do now is lost if you close the page. Free some space on the disk.',
  },
  clockAhead: {
    ro: 'Ceasul acestui calculator este înainte cu {n} min. Potriviți-l; până atunci actele poartă ora platformei.',
    ru: 'Часы этого компьютера спешат на {n} мин. Исправьте их; до этого действия датируются временем платформы.',
    en: 'The clock of this PC is {n} min fast. Set it. Until then, acts have the time of the platform.',
  },
  clockBehind: {
    ro: 'Ceasul acestui calculator este în urmă cu {n} min. Potriviți-l; până atunci actele poartă ora platformei.',
    ru: 'Часы этого компьютера отстают на {n} мин. Исправьте их; до этого действия датируются временем платформы.',
    en: 'The clock of this PC is {n} min slow. Set it. Until then, acts have the time of the platform.',
  },
});

/** Acts by the kind of their write. */
export const ACTS = defineMessages({
  create: { ro: 'Cerere nouă', ru: 'Новое заявление', en: 'New application' },
  edit: { ro: 'Date completate', ru: 'Введённые данные', en: 'Data entered' },
  mandates: { ro: 'Împuternicire', ru: 'Полномочие', en: 'Mandate' },
  submit: { ro: 'Depunere', ru: 'Подача', en: 'Submission' },
  withdraw: { ro: 'Retragere', ru: 'Отзыв', en: 'Withdrawal' },
  'supply-documents': { ro: 'Acte aduse', ru: 'Принесённые документы', en: 'Documents supplied' },
  'hand-over': { ro: 'Înmânarea rezultatului', ru: 'Выдача результата', en: 'Hand-over of the result' },
  'passing-on': { ro: 'Răspunsul persoanei', ru: 'Ответ человека', en: 'Answer of the person' },
  'confirm-arrival': { ro: 'Rezultat sosit', ru: 'Прибытие результата', en: 'Arrival of the result' },
  'confirm-outcome': {
    ro: 'Confirmarea rezultatului',
    ru: 'Подтверждение результата',
    en: 'Confirmation of the outcome',
  },
  'collection-centre': { ro: 'Locul ridicării', ru: 'Место получения', en: 'Place of collection' },
  contact: { ro: 'Date de contact', ru: 'Контакты', en: 'Contact' },
  correct: { ro: 'Corectare', ru: 'Исправление', en: 'Correction' },
  renew: { ro: 'Condițiile de azi', ru: 'Сегодняшние условия', en: 'Current terms' },
  payment: { ro: 'Plată', ru: 'Оплата', en: 'Payment' },
  messages: { ro: 'Mesaj către autoritate', ru: 'Сообщение учреждению', en: 'Message to the agency' },
  notes: { ro: 'Notă', ru: 'Заметка', en: 'Note' },
  assign: { ro: 'Preluare', ru: 'Назначение', en: 'Assignment' },
  'person-notifications': { ro: 'Persoana anunțată', ru: 'Человек извещён', en: 'Person notified' },
  'mark-seen': { ro: 'Noutăți citite', ru: 'Новости просмотрены', en: 'Updates seen' },
});
