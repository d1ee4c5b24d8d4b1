import { defineMessages } from '../language/messages.ts';

/** The state of an application, in plain words. */
export const STATE_BLOCK = defineMessages({
  draft: { ro: 'Cererea se completează', ru: 'Заявление заполняется', en: 'The application is being filled in' },
  draftMore: { ro: 'modificată {when}', ru: 'изменено {when}', en: 'edited {when}' },
  sent: {
    ro: 'Cererea este la {agency}',
    ru: 'Заявление рассматривает {agency}',
    en: 'The application is with {agency}',
  },
  since: { ro: 'din {day}.', ru: 'с {date}.', en: 'since {day}.' },
  onTheWay: {
    ro: 'Cererea pleacă singură când linia cu instituția răspunde.',
    ru: 'Заявление уйдёт само, когда ответит учреждение.',
    en: 'It will be sent automatically when the agency is available.',
  },
  sendFailed: {
    ro: 'Cererea nu a putut fi trimisă. Adresați-vă asistenței platformei.',
    ru: 'Заявление не удалось передать. Обратитесь в поддержку платформы.',
    en: 'It could not be sent. Contact platform support.',
  },
  answerBy: { ro: 'Răspuns până la {day}.', ru: 'Ответ до {date}.', en: 'Answer by {day}.' },
  answerByTime: {
    ro: 'Răspuns până {day}, ora {time}.',
    ru: 'Ответ до {date}, {time}.',
    en: 'Answer by {day}, {time}.',
  },
  overdue: {
    ro: 'Termenul a trecut pe {day}, cu {days} în urmă.',
    ru: 'Срок истёк {date}, просрочено: {days}.',
    en: 'The deadline was {day}, {days} ago.',
  },
  reference: {
    ro: 'Număr la instituție: {number}.',
    ru: 'Номер в учреждении: {number}.',
    en: 'Agency reference: {number}.',
  },
  documents: {
    ro: 'Cererea așteaptă acte de la solicitant',
    ru: 'Ожидаются документы заявителя',
    en: 'Waiting for documents from the applicant',
  },
  documentsMore: {
    ro: 'din {day}. {agency} continuă când le primește.',
    ru: 'с {date}. После получения работу продолжает {agency}.',
    en: 'since {day}. {agency} continues when it has them.',
  },
  lastDay: { ro: '{day} este ultima zi', ru: 'последний день: {date}', en: '{day} is the last day' },
  due: { ro: 'până la {day}', ru: 'до {date}', en: 'by {day}' },
  dayOf: { ro: 'ziua {n} din {of} lucrătoare', ru: 'рабочий день {n} из {of}', en: 'working day {n} of {of}' },
  moved: {
    ro: 'Instituția a cerut {asked}; persoana are dreptul la mai mult timp.',
    ru: 'Учреждение указало {asked}; человеку положено больше времени.',
    en: 'The agency asked for {asked}; the applicant is entitled to more time.',
  },
  ready: { ro: 'Rezultatul este la ghișeu', ru: 'Результат в центре', en: 'The result is at the desk' },
  resultOnTheWay: {
    ro: 'Rezultatul este pe drum spre centru',
    ru: 'Результат в пути в центр',
    en: 'The result is on its way to the centre',
  },
  resultOnTheWayMore: {
    ro: 'Confirmați sosirea când ajunge plicul. Persoana este anunțată abia atunci să vină.',
    ru: 'Подтвердите прибытие, когда придёт конверт. Только тогда человека просят прийти.',
    en: 'Confirm the arrival when the envelope comes. Only then is the applicant asked to come.',
  },
  collectedElsewhere: {
    ro: 'Rezultatul se ridică la alt centru',
    ru: 'Результат выдаёт другой центр',
    en: 'Another centre hands over the result',
  },
  resultOnTheWayElsewhere: {
    ro: 'Sosirea o confirmă centrul care înmânează rezultatul.',
    ru: 'Прибытие подтвердит центр, который выдаёт результат.',
    en: 'The centre that hands over the result confirms the arrival.',
  },
  arrived: { ro: 'A sosit la centru {when}.', ru: 'Прибыл в центр: {when}.', en: 'Arrived at the centre: {when}.' },
  readyElectronic: { ro: 'Rezultatul este gata', ru: 'Результат готов', en: 'The result is ready' },
  rejected: {
    ro: 'Instituția a respins cererea',
    ru: 'Учреждение отказало',
    en: 'The agency rejected the application',
  },
  rejectedMore: {
    ro: 'din {day}. Înmânați decizia și spuneți cum se contestă.',
    ru: 'с {date}. Выдайте решение и объясните, как его обжаловать.',
    en: 'since {day}. Hand over the decision and explain how to appeal.',
  },
  revoked: {
    ro: 'Instituția a revocat rezultatul',
    ru: 'Учреждение отозвало результат',
    en: 'The agency revoked the result',
  },
  revokedMore: { ro: 'Nu înmânați nimic.', ru: 'Ничего не выдавайте.', en: 'Do not hand anything over.' },
  corrected: {
    ro: 'Instituția a corectat rezultatul: înmânați-l pe cel nou.',
    ru: 'Учреждение исправило результат: выдайте новый.',
    en: 'The agency corrected the result: hand over the new one.',
  },
  notifiedByMail: {
    ro: 'Persoana a fost anunțată prin e-mail, {when}.',
    ru: 'Заявитель уведомлён по эл. почте, {when}.',
    en: 'The applicant was notified by email, {when}.',
  },
  notifiedBy: {
    ro: 'Persoana a fost anunțată {method}, {when}.',
    ru: 'Заявитель уведомлён {method}, {when}.',
    en: 'The applicant was notified {method}, {when}.',
  },
  notNotified: {
    ro: 'Persoana nu a fost anunțată încă.',
    ru: 'Заявитель ещё не уведомлён.',
    en: 'The applicant has not been notified yet.',
  },
  handedOver: { ro: 'Rezultatul a fost înmânat', ru: 'Результат выдан', en: 'The result was handed over' },
  handedOverMore: {
    ro: 'pe {day}. Întrebați dacă este cel de care persoana avea nevoie.',
    ru: '{date}. Спросите, тот ли это результат, который был нужен.',
    en: 'on {day}. Ask whether it meets the need.',
  },
  closed: { ro: 'Cererea este închisă', ru: 'Заявление закрыто', en: 'The application is closed' },
  closedMet: {
    ro: 'din {day}. Persoana a primit ce îi trebuia.',
    ru: 'с {date}. Человек получил то, что нужно.',
    en: 'since {day}. The need was met.',
  },
  closedNot: {
    ro: 'din {day}. Lipsește: {missing}.',
    ru: 'с {date}. Не хватает: {missing}.',
    en: 'since {day}. Missing: {missing}.',
  },
  withdrawn: { ro: 'Cererea a fost retrasă', ru: 'Заявление отозвано', en: 'The application was withdrawn' },
  expired: { ro: 'Cererea a expirat', ru: 'Срок заявления истёк', en: 'The application expired' },
  on: { ro: 'pe {day}.', ru: '{date}.', en: 'on {day}.' },
  writes: { ro: 'Instituția scrie', ru: 'Учреждение пишет', en: 'The agency writes' },
  appeal: { ro: 'Cum se contestă', ru: 'Как обжаловать', en: 'How to appeal' },
  appealUntil: { ro: 'până la {day}', ru: 'до {date}', en: 'by {day}' },
});
