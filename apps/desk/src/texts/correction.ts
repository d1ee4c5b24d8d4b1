import { defineMessages } from '../language/messages.ts';

/** The screen that corrects a filed application. */
export const CORRECTION = defineMessages({
  effect: {
    ro: 'Instituția primește o versiune nouă a cererii, termenul rămâne. Persoana, IDNP-ul și serviciul nu se corectează: pentru ele retrageți cererea și depuneți din nou.',
    ru: 'Учреждение получит новую версию заявления, срок не меняется. Человека, IDNP и услугу исправить нельзя: для них отзовите заявление и подайте снова.',
    en: 'The agency receives a new version of the application; the due date stays. Person, IDNP and service are never corrected: for these, withdraw the application and file again.',
  },
  changes: { ro: 'Ce se schimbă', ru: 'Что изменится', en: 'What changes' },
  noChange: { ro: 'Încă nimic.', ru: 'Пока ничего.', en: 'Nothing yet.' },
  changeFirst: {
    ro: 'Corectați cel puțin un câmp.',
    ru: 'Исправьте хотя бы одно поле.',
    en: 'Correct at least one field.',
  },
  before: { ro: 'Depus', ru: 'Подано', en: 'Filed' },
  after: { ro: 'Corectat', ru: 'Исправлено', en: 'Corrected' },
  empty: { ro: 'necompletat', ru: 'не заполнено', en: 'empty' },
  send: { ro: 'Trimite corectarea', ru: 'Отправить исправление', en: 'Send the correction' },
  fixFirst: {
    ro: 'Completați câmpurile marcate.',
    ru: 'Заполните отмеченные поля.',
    en: 'Complete the marked fields.',
  },
  notAllowed: {
    ro: 'Cererea nu se poate corecta acum. Dacă instituția nu a decis încă, retrageți cererea și depuneți din nou.',
    ru: 'Сейчас заявление исправить нельзя. Если решения ещё нет, отзовите заявление и подайте снова.',
    en: 'The application cannot be corrected now. If the agency has not decided yet, withdraw it and file again.',
  },
});
