import { defineMessages } from '../language/messages.ts';

/** The viewer. */
export const VIEWER = defineMessages({
  loading: { ro: 'Documentul se încarcă', ru: 'Документ загружается', en: 'Loading the document' },
  failed: {
    ro: 'Documentul nu poate fi afișat. Îl puteți descărca.',
    ru: 'Документ нельзя показать. Его можно скачать.',
    en: 'The document cannot be shown. You can download it.',
  },
  notRead: {
    ro: 'Documentul nu a putut fi citit. Închideți și încercați din nou.',
    ru: 'Документ не удалось прочитать. Закройте и повторите.',
    en: 'The document could not be read. Close this and try again.',
  },
  frame: { ro: 'Conținutul documentului', ru: 'Содержимое документа', en: 'Content of the document' },
  pageOf: { ro: 'Pagina {n} din {all}', ru: 'Страница {n} из {all}', en: 'Page {n} of {all}' },
  previous: { ro: 'Pagina precedentă', ru: 'Предыдущая страница', en: 'Previous page' },
  next: { ro: 'Pagina următoare', ru: 'Следующая страница', en: 'Next page' },
  zoomIn: { ro: 'Mărește', ru: 'Увеличить', en: 'Zoom in' },
  zoomOut: { ro: 'Micșorează', ru: 'Уменьшить', en: 'Zoom out' },
  rotate: { ro: 'Rotește', ru: 'Повернуть', en: 'Rotate' },
  print: { ro: 'Tipărește', ru: 'Печать', en: 'Print' },
  download: { ro: 'Descarcă', ru: 'Скачать', en: 'Download' },
  replaced: {
    ro: 'Înlocuit la {when}. Acest document nu mai este valabil și se tipărește numai cu foaia care spune aceasta.',
    ru: 'Заменён {when}. Этот документ больше не действует и печатается только с листом, где это сказано.',
    en: 'Replaced on {when}. This document is no longer valid, and is printed only with a sheet that says so.',
  },
  revoked: {
    ro: 'Revocat la {when}. Acest document nu este valabil și se tipărește numai cu foaia care spune aceasta.',
    ru: 'Отозван {when}. Этот документ не действует и печатается только с листом, где это сказано.',
    en: 'Revoked on {when}. This document is not valid, and is printed only with a sheet that says so.',
  },
  validNumber: {
    ro: 'Rezultatul valabil: {number}.',
    ru: 'Действующий результат: {number}.',
    en: 'Valid result: {number}.',
  },
});
