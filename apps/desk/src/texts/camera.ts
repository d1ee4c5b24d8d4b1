import { defineMessages } from '../language/messages.ts';

/** The camera. */
export const CAMERA = defineMessages({
  title: { ro: 'Fotografiați documentul', ru: 'Сфотографируйте документ', en: 'Photograph the document' },
  starting: { ro: 'Camera pornește', ru: 'Камера включается', en: 'The camera is starting' },
  take: { ro: 'Fotografiază pagina', ru: 'Снять страницу', en: 'Take the page' },
  done: { ro: 'Gata', ru: 'Готово', en: 'Done' },
  page: { ro: 'Pagina {n}', ru: 'Страница {n}', en: 'Page {n}' },
  rotate: { ro: 'Rotește', ru: 'Повернуть', en: 'Rotate' },
  retake: { ro: 'Fotografiază din nou', ru: 'Переснять', en: 'Retake' },
  remove: { ro: 'Șterge pagina', ru: 'Удалить страницу', en: 'Remove the page' },
  earlier: { ro: 'Mai înainte', ru: 'Раньше', en: 'Move earlier' },
  later: { ro: 'Mai târziu', ru: 'Позже', en: 'Move later' },
  none: { ro: 'Nicio pagină încă', ru: 'Пока нет страниц', en: 'No page yet' },
  needPage: {
    ro: 'Fotografiați cel puțin o pagină.',
    ru: 'Снимите хотя бы одну страницу.',
    en: 'Take at least one page.',
  },
  full: {
    ro: 'Un document are cel mult 30 de pagini.',
    ru: 'В документе не больше 30 страниц.',
    en: 'A document has at most 30 pages.',
  },
  noCamera: {
    ro: 'Camera nu poate fi folosită. Permiteți accesul în browser sau alegeți fotografii din dispozitiv.',
    ru: 'Камера недоступна. Разрешите доступ в браузере или выберите фотографии на устройстве.',
    en: 'The camera cannot be used. Allow it in the browser, or choose photographs from the device.',
  },
  choosePhotos: { ro: 'Alege fotografii', ru: 'Выбрать фотографии', en: 'Choose photographs' },
  keys: {
    ro: 'Spațiu: fotografiază · R: rotește ultima · Del: șterge ultima · Ctrl+Enter: gata',
    ru: 'Пробел: снять · R: повернуть последнюю · Del: удалить последнюю · Ctrl+Enter: готово',
    en: 'Space: take · R: rotate the last · Del: remove the last · Ctrl+Enter: done',
  },
});
