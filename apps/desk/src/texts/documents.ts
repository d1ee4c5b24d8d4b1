import { defineMessages } from '../language/messages.ts';

/** Scans: choosing, photographing, uploading and viewing. */
export const DOCUMENTS = defineMessages({
  sha256: { ro: 'Documentul, SHA-256', ru: 'Документ, SHA-256', en: 'Document, SHA-256' },
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
  queued: { ro: 'Așteaptă să se încarce', ru: 'Ожидает загрузки', en: 'Waiting to upload' },
  sending: { ro: 'Se încarcă', ru: 'Загружается', en: 'Uploading' },
  interrupted: {
    ro: 'Linia s-a întrerupt. Încărcarea continuă automat de unde a rămas.',
    ru: 'Связь прервалась. Загрузка продолжится сама с места остановки.',
    en: 'The line was cut. The upload continues automatically where it stopped.',
  },
  elsewhere: {
    ro: 'Se încarcă din alt browser sau de pe alt calculator',
    ru: 'Загружается из другого браузера или с другого компьютера',
    en: 'Uploading from another browser or computer',
  },
  continueHere: {
    ro: 'Dacă s-a oprit acolo, alegeți aici același fișier: încărcarea continuă de unde a rămas.',
    ru: 'Если там загрузка остановилась, выберите здесь тот же файл: она продолжится с места остановки.',
    en: 'If it stopped there, choose the same file here: the upload continues where it stopped.',
  },
  paused: { ro: 'Încărcarea este oprită', ru: 'Загрузка приостановлена', en: 'Upload paused' },
  checking: { ro: 'Încărcat. Se verifică', ru: 'Загружено. Проверяется', en: 'Uploaded. Being checked' },
  ready: { ro: 'Încărcat și verificat', ru: 'Загружено и проверено', en: 'Uploaded and checked' },
  attached: { ro: 'Copia este atașată', ru: 'Копия приложена', en: 'The copy is attached' },
  refused: { ro: 'Fișierul nu a fost acceptat', ru: 'Файл не принят', en: 'The file was not accepted' },
  erased: {
    ro: 'Șters la sfârșitul termenului',
    ru: 'Удалено по окончании срока',
    en: 'Erased at the end of its term',
  },
  notScanned: {
    ro: 'fără verificare antivirus',
    ru: 'без проверки на вирусы',
    en: 'not scanned for viruses',
  },
  sentOf: { ro: '{sent} din {all}', ru: '{sent} из {all}', en: '{sent} of {all}' },
  pause: { ro: 'Oprește', ru: 'Приостановить', en: 'Pause' },
  resume: { ro: 'Continuă', ru: 'Продолжить', en: 'Resume' },
  retry: { ro: 'Încearcă din nou', ru: 'Повторить', en: 'Try again' },
  cancel: { ro: 'Anulează', ru: 'Отменить', en: 'Cancel' },
  view: { ro: 'Deschide', ru: 'Открыть', en: 'View' },
  replace: { ro: 'Înlocuiește', ru: 'Заменить', en: 'Replace' },
  remove: { ro: 'Șterge', ru: 'Удалить', en: 'Remove' },
  notDeleted: {
    ro: 'O copie scanată nu a putut fi ștearsă.',
    ru: 'Скан не удалось удалить.',
    en: 'A scan could not be deleted.',
  },
  understood: { ro: 'Am înțeles', ru: 'Понятно', en: 'Understood' },
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
    ro: 'O scanare nu a ajuns încă la platformă. Așteptați linia sau ștergeți scanarea.',
    ru: 'Скан ещё не дошёл до платформы. Дождитесь связи или удалите скан.',
    en: 'A scan has not reached the platform yet. Wait for the line, or remove the scan.',
  },
  underWay: { ro: 'Se încarcă: {scans}', ru: 'Загружается: {scans}', en: 'Uploading: {scans}' },
  result: { ro: 'Documentul emis', ru: 'Выданный документ', en: 'Issued document' },
  verify: {
    ro: 'Verifică rezultatul pe pagina autorității',
    ru: 'Проверить результат на сайте учреждения',
    en: "Verify the result on the agency's site",
  },
  rescan: {
    ro: 'Copia depusă a fost respinsă. O copie nouă poate pleca odată cu răspunsul.',
    ru: 'Поданная копия не принята. Новую копию можно отправить вместе с ответом.',
    en: 'The copy that was filed was refused. A new one can go with the answer.',
  },
  results: { ro: 'Documentele rezultatului', ru: 'Документы результата', en: 'Documents of the result' },
  scans: { ro: 'Copii scanate', ru: 'Сканы', en: 'Scans' },
});

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
