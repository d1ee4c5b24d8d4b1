import type { Text } from './text.ts';

/** Why the check of documents refused a file. Each text says what to do. */
export const DOCUMENT_REFUSAL_TEXTS = {
  EMPTY: {
    ro: 'Fișierul este gol. Scanați documentul din nou.',
    ru: 'Файл пуст. Отсканируйте документ снова.',
    en: 'The file is empty. Scan the document again.',
  },
  TOO_LARGE: {
    ro: 'Fișierul depășește 10 MB. Scanați cu o rezoluție mai mică, de exemplu 200 dpi.',
    ru: 'Файл больше 10 МБ. Отсканируйте с меньшим разрешением, например 200 dpi.',
    en: 'The file is larger than 10 MB. Scan it at a lower resolution, such as 200 dpi.',
  },
  TYPE_UNSUPPORTED: {
    ro: 'Acest tip de fișier nu este acceptat. Salvați documentul ca PDF, JPEG, PNG sau TIFF.',
    ru: 'Этот тип файла не принимается. Сохраните документ как PDF, JPEG, PNG или TIFF.',
    en: 'This type of file is not accepted. Save the document as PDF, JPEG, PNG or TIFF.',
  },
  HEIC: {
    ro: 'Fotografiile HEIC nu sunt acceptate. Trimiteți-o din telefon ca JPEG sau fotografiați documentul aici.',
    ru: 'Фотографии HEIC не принимаются. Отправьте снимок с телефона как JPEG или снимите документ здесь.',
    en: 'HEIC photographs are not accepted. Send it from the telephone as JPEG, or photograph the document here.',
  },
  DAMAGED: {
    ro: 'Fișierul este deteriorat și nu poate fi citit. Scanați documentul din nou.',
    ru: 'Файл повреждён и не читается. Отсканируйте документ снова.',
    en: 'The file is damaged and cannot be read. Scan the document again.',
  },
  TOO_MANY_PAGES: {
    ro: 'Documentul are peste 30 de pagini. Împărțiți-l în mai multe fișiere.',
    ru: 'В документе больше 30 страниц. Разделите его на несколько файлов.',
    en: 'The document has more than 30 pages. Split it into several files.',
  },
  TOO_MANY_PIXELS: {
    ro: 'Imaginea este prea mare. Scanați cu o rezoluție mai mică, de exemplu 200 dpi.',
    ru: 'Изображение слишком большое. Отсканируйте с меньшим разрешением, например 200 dpi.',
    en: 'The image is too large. Scan it at a lower resolution, such as 200 dpi.',
  },
  PDF_SCRIPT: {
    ro: 'PDF-ul conține un program. Tipăriți documentul și scanați-l.',
    ru: 'Файл PDF содержит программу. Распечатайте документ и отсканируйте его.',
    en: 'The PDF contains a script. Print the document and scan it.',
  },
  PDF_LAUNCH_ACTION: {
    ro: 'PDF-ul pornește programe. Tipăriți documentul și scanați-l.',
    ru: 'Файл PDF запускает программы. Распечатайте документ и отсканируйте его.',
    en: 'The PDF starts programs. Print the document and scan it.',
  },
  PDF_EMBEDDED_FILE: {
    ro: 'PDF-ul conține alte fișiere. Salvați-l fără atașamente sau tipăriți-l și scanați-l.',
    ru: 'Файл PDF содержит другие файлы. Сохраните его без вложений или распечатайте и отсканируйте.',
    en: 'The PDF contains other files. Save it without attachments, or print and scan it.',
  },
  PDF_ENCRYPTED: {
    ro: 'PDF-ul este protejat cu parolă. Salvați-l fără parolă sau tipăriți-l și scanați-l.',
    ru: 'Файл PDF защищён паролем. Сохраните его без пароля или распечатайте и отсканируйте.',
    en: 'The PDF is protected by a password. Save it without one, or print and scan it.',
  },
  MALWARE: {
    ro: 'Fișierul conține un virus. Nu îl deschideți; scanați originalul.',
    ru: 'Файл содержит вирус. Не открывайте его; отсканируйте оригинал.',
    en: 'The file contains malware. Do not open it; scan the original.',
  },
  DIGEST_MISMATCH: {
    ro: 'Fișierul s-a schimbat în timpul încărcării. Alegeți-l din nou.',
    ru: 'Файл изменился во время загрузки. Выберите его снова.',
    en: 'The file changed during the upload. Choose it again.',
  },
  UPLOAD_ABANDONED: {
    ro: 'Încărcarea nu s-a terminat în 24 de ore. Scanați documentul din nou.',
    ru: 'Загрузка не завершилась за 24 часа. Отсканируйте документ снова.',
    en: 'The upload did not finish within 24 hours. Scan the document again.',
  },
  CHECK_FAILED: {
    ro: 'Fișierul nu a putut fi verificat. Scanați documentul din nou.',
    ru: 'Файл не удалось проверить. Отсканируйте документ снова.',
    en: 'The file could not be checked. Scan the document again.',
  },
  DOCUMENT_UNKNOWN: {
    ro: 'Copia nu mai există la platformă. Scanați documentul din nou.',
    ru: 'Копии на платформе больше нет. Отсканируйте документ снова.',
    en: 'The platform no longer has the copy. Scan the document again.',
  },
} as const satisfies Record<string, Text>;

export type DocumentRefusal = keyof typeof DOCUMENT_REFUSAL_TEXTS;
