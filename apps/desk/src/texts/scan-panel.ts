import { defineMessages } from '../language/messages.ts';

/** Adds and replaces scans. */
export const SCAN_PANEL = defineMessages({
  scan: { ro: 'Copie scanată sau fotografiată', ru: 'Скан или фотография', en: 'Scan or photograph' },
  choose: { ro: 'Alege fișierul', ru: 'Выбрать файл', en: 'Choose a file' },
  photograph: { ro: 'Fotografiază', ru: 'Сфотографировать', en: 'Photograph' },
  hint: {
    ro: 'sau trageți fișierul aici, ori lipiți-l cu Ctrl+V',
    ru: 'или перетащите файл сюда, или вставьте через Ctrl+V',
    en: 'or drop a file here, or paste it with Ctrl+V',
  },
  formats: {
    ro: 'PDF, JPEG, PNG sau TIFF, cel mult 10 MB',
    ru: 'PDF, JPEG, PNG или TIFF, не больше 10 МБ',
    en: 'PDF, JPEG, PNG or TIFF, at most 10 MB',
  },
  preparing: { ro: 'Se pregătește', ru: 'Подготовка', en: 'Preparing' },
  continueHere: {
    ro: 'Dacă s-a oprit acolo, alegeți aici același fișier: încărcarea continuă de unde a rămas.',
    ru: 'Если там загрузка остановилась, выберите здесь тот же файл: она продолжится с места остановки.',
    en: 'If it stopped there, choose the same file here: the upload continues where it stopped.',
  },
  pause: { ro: 'Oprește', ru: 'Приостановить', en: 'Pause' },
  resume: { ro: 'Continuă', ru: 'Продолжить', en: 'Resume' },
  retry: { ro: 'Încearcă din nou', ru: 'Повторить', en: 'Try again' },
  cancel: { ro: 'Anulează', ru: 'Отменить', en: 'Cancel' },
  replace: { ro: 'Înlocuiește', ru: 'Заменить', en: 'Replace' },
  remove: { ro: 'Șterge', ru: 'Удалить', en: 'Remove' },
  again: { ro: 'Scanează din nou', ru: 'Отсканировать снова', en: 'Scan again' },
  tooMany: {
    ro: 'O cerere poate avea cel mult 20 de fișiere. Ștergeți unul înainte.',
    ru: 'У заявления может быть не больше 20 файлов. Сначала удалите один.',
    en: 'An application can have at most 20 files. Remove one first.',
  },
  onlyImages: {
    ro: 'Mai multe fișiere pot forma un document doar dacă toate sunt imagini.',
    ru: 'Несколько файлов составляют один документ, только если все они изображения.',
    en: 'Several files make one document only if all of them are images.',
  },
  notNamed: {
    ro: 'O copie scanată se păstrează încă. Încercați din nou.',
    ru: 'Скан ещё сохраняется. Попробуйте снова.',
    en: 'A scan is still being stored. Try again.',
  },
  diskFull: {
    ro: 'Discul este plin: copia scanată nu s-a păstrat. Eliberați loc pe disc și scanați din nou, sau depuneți fără ea.',
    ru: 'Диск заполнен: скан не сохранён. Освободите место и отсканируйте снова или подайте без него.',
    en: 'The disk is full, and the scan was not stored. Free some space and scan again, or submit without it.',
  },
  rescan: {
    ro: 'Copia depusă a fost respinsă. O copie nouă poate pleca odată cu răspunsul.',
    ru: 'Поданная копия не принята. Новую копию можно отправить вместе с ответом.',
    en: 'The copy that was filed was refused. A new one can go with the answer.',
  },
  scans: { ro: 'Copii scanate', ru: 'Сканы', en: 'Scans' },
});
