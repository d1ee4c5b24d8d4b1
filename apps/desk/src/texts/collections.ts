import { defineMessages } from '../language/messages.ts';

/** Results that are collected at another centre than the one that filed the application. */
export const COLLECTIONS = defineMessages({
  title: {
    ro: 'De înmânat pentru alte centre',
    ru: 'К выдаче для других центров',
    en: 'To hand over for other centres',
  },
  empty: {
    ro: 'Niciun rezultat al altor centre nu așteaptă aici.',
    ru: 'Результатов других центров здесь нет.',
    en: 'No results of other centres are waiting here.',
  },
  filedAt: { ro: 'depusă la {centre}', ru: 'подано: {centre}', en: 'filed at {centre}' },
  decided: { ro: 'decisă', ru: 'решено', en: 'decided' },
  more: {
    ro: 'Verificați actul de identitate. Dosarul rămâne la centrul unde a fost depusă cererea.',
    ru: 'Проверьте удостоверение личности. Дело остаётся в центре, где подано заявление.',
    en: 'Check the identity document. The file stays at the centre where the application was filed.',
  },
  onTheWayMore: {
    ro: 'Confirmați sosirea când ajunge plicul. Persoana este anunțată abia atunci să vină.',
    ru: 'Подтвердите прибытие, когда придёт конверт. Только тогда человека просят прийти.',
    en: 'Confirm the arrival when the envelope comes. Only then is the applicant asked to come.',
  },
  handedOverMore: {
    ro: 'pe {day}, la acest centru.',
    ru: '{date}, в этом центре.',
    en: 'on {day}, at this centre.',
  },
  askThere: {
    ro: 'Pentru contestații și corectări persoana se adresează centrului unde a depus cererea.',
    ru: 'По вопросам обжалования и исправления человек обращается в центр, где подал заявление.',
    en: 'For appeals and corrections the applicant turns to the centre where they filed.',
  },
  submit: { ro: 'Înmânează', ru: 'Выдать', en: 'Hand over' },
  toList: { ro: 'Înapoi la listă', ru: 'К списку', en: 'Back to the list' },
  at: { ro: 'Se ridică la', ru: 'Место выдачи', en: 'Collected at' },
  atWaits: {
    ro: '{centre} (de trimis)',
    ru: '{centre} (к отправке)',
    en: '{centre} (pending)',
  },
  choose: { ro: 'Ridică la alt centru', ru: 'Выдать в другом центре', en: 'Collect at another centre' },
  change: { ro: 'Alt centru', ru: 'Другой центр', en: 'Change centre' },
  here: { ro: 'Ridică aici', ru: 'Выдать здесь', en: 'Collect here' },
  question: {
    ro: 'La ce centru ridică persoana rezultatul?',
    ru: 'В каком центре человек получит результат?',
    en: 'At which centre does the applicant collect the result?',
  },
  help: {
    ro: 'Primele trei litere ale localității, raionul sau codul. Acel centru vede numai numele, rezultatul și înmânarea.',
    ru: 'Первые три буквы места, район или код. Тот центр увидит только имя, результат и выдачу.',
    en: 'The first three letters of the place, the district or the code. That centre sees name, result and hand-over only.',
  },
  noHits: {
    ro: 'Niciun centru deschis cu acest nume.',
    ru: 'Открытого центра с таким названием нет.',
    en: 'No open centre has this name.',
  },
  needed: { ro: 'Alegeți un centru din listă.', ru: 'Выберите центр из списка.', en: 'Choose a centre from the list.' },
  save: { ro: 'Alege centrul', ru: 'Выбрать центр', en: 'Choose this centre' },
  collectedBy: { ro: 'A ridicat', ru: 'Получил(а)', en: 'Collected by' },
});
