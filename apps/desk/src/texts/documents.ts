import { defineMessages } from '../language/messages.ts';

/** Scans: choosing, photographing, uploading and viewing. */
export const DOCUMENTS = defineMessages({
  sha256: { ro: 'Documentul, SHA-256', ru: 'Документ, SHA-256', en: 'Document, SHA-256' },
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
  kept: {
    ro: 'Păstrată pe acest calculator. Se trimite automat.',
    ru: 'Сохранено на этом компьютере. Отправится автоматически.',
    en: 'Stored on this PC. It is sent automatically.',
  },
  unstored: {
    ro: 'Discul este plin: copia se pierde dacă închideți pagina înainte să fie trimisă.',
    ru: 'Диск заполнен: скан пропадёт, если закрыть страницу до отправки.',
    en: 'The disk is full. The scan is lost if you close the page before it is sent.',
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
  viewNeedsLine: {
    ro: 'Se deschide numai cu conexiune: documentele nu se copiază pe acest calculator.',
    ru: 'Открывается только при связи: документы не копируются на этот компьютер.',
    en: 'Opens with a line only: documents are not copied to this computer.',
  },
  view: { ro: 'Deschide', ru: 'Открыть', en: 'View' },
  notDeleted: {
    ro: 'O copie scanată nu a putut fi ștearsă.',
    ru: 'Скан не удалось удалить.',
    en: 'A scan could not be deleted.',
  },
  understood: { ro: 'Am înțeles', ru: 'Понятно', en: 'Understood' },
  underWay: { ro: 'Se încarcă: {scans}', ru: 'Загружается: {scans}', en: 'Uploading: {scans}' },
  waiting: { ro: 'De trimis: {scans}', ru: 'К отправке: {scans}', en: 'To send: {scans}' },
  result: { ro: 'Documentul emis', ru: 'Выданный документ', en: 'Issued document' },
  verify: {
    ro: 'Verifică rezultatul pe pagina instituției',
    ru: 'Проверить результат на сайте учреждения',
    en: "Verify the result on the agency's site",
  },
  results: { ro: 'Documentele rezultatului', ru: 'Документы результата', en: 'Documents of the result' },
});
