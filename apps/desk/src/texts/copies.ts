import { defineMessages } from '../language/messages.ts';

/** Copies of a person's data. */
export const COPIES = defineMessages({
  title: { ro: 'Copia datelor unei persoane', ru: 'Копия данных лица', en: "Copy of a person's data" },
  lead: {
    ro: 'Tot ce se păstrează despre o persoană, la toate centrele. Creați copia numai la o cerere scrisă: ea se înscrie cu motivul, în jurnal și la fiecare cerere.',
    ru: 'Всё, что хранится о лице, во всех центрах. Создавайте копию только по письменному запросу: она записывается с причиной в журнал и в каждое заявление.',
    en: 'Everything that is kept about a person, at all centres. Create a copy only on a written request: it is recorded with the reason, in the journal and with each application.',
  },
  idnp: { ro: 'IDNP-ul persoanei', ru: 'IDNP лица', en: 'IDNP of the person' },
  wrongIdnp: {
    ro: 'Scrieți cele 13 cifre ale IDNP-ului, fără greșeli.',
    ru: 'Введите 13 цифр IDNP без ошибок.',
    en: 'Enter the 13 digits of the IDNP, without errors.',
  },
  reason: { ro: 'Cine a cerut-o', ru: 'Кто запросил', en: 'Requested by' },
  person: { ro: 'persoana', ru: 'само лицо', en: 'the person' },
  authority: { ro: 'o instituție', ru: 'орган власти', en: 'an authority' },
  court: { ro: 'instanța', ru: 'суд', en: 'a court' },
  noReason: { ro: 'Alegeți cine a cerut copia.', ru: 'Выберите, кто запросил копию.', en: 'Choose who requested it.' },
  evidence: { ro: 'Numărul cererii scrise', ru: 'Номер письменного запроса', en: 'Number of the written request' },
  evidenceHelp: {
    ro: 'Litere latine, cifre, spații și - / . ; fără IDNP',
    ru: 'Латинские буквы, цифры, пробелы и - / . ; без IDNP',
    en: 'Latin letters, digits, spaces and - / . ; no IDNP',
  },
  wrongEvidence: {
    ro: 'Scrieți numărul de pe cerere, cel mult 40 de semne.',
    ru: 'Введите номер запроса, не больше 40 знаков.',
    en: 'Enter the number of the request, at most 40 characters.',
  },
  create: { ro: 'Creează copia', ru: 'Создать копию', en: 'Create the copy' },
  progress: { ro: 'Cereri citite: {n}', ru: 'Прочитано заявлений: {n}', en: 'Applications read: {n}' },
  ready: { ro: 'Copia este gata', ru: 'Копия готова', en: 'The copy is ready' },
  nothing: {
    ro: 'Despre această persoană nu se păstrează cereri sau mandate.',
    ru: 'Об этом лице не хранится ни заявлений, ни полномочий.',
    en: 'No applications or mandates are kept about this person.',
  },
  noJournal: {
    ro: 'Jurnalul nu a răspuns: lipsesc dovezile lui. Creați altă copie mai târziu.',
    ru: 'Журнал не ответил: его доказательств нет. Создайте другую копию позже.',
    en: 'The journal did not respond, so its proofs are missing. Create another copy later.',
  },
  unreadable: {
    ro: 'Cereri care nu pot fi citite: {n}. Anunțați administratorul.',
    ru: 'Заявления, которые не читаются: {n}. Сообщите администратору.',
    en: 'Applications that cannot be read: {n}. Tell the administrator.',
  },
  number: { ro: 'Numărul copiei', ru: 'Номер копии', en: 'Number of the copy' },
  applications: { ro: 'Cereri', ru: 'Заявления', en: 'Applications' },
  submissions: { ro: 'Depuneri', ru: 'Подачи', en: 'Submissions' },
  notices: { ro: 'Înștiințări', ru: 'Уведомления', en: 'Notices' },
  documents: { ro: 'Documente', ru: 'Документы', en: 'Documents' },
  accesses: { ro: 'Citiri', ru: 'Чтения', en: 'Reads' },
  entries: { ro: 'Înscrieri în jurnal', ru: 'Записи журнала', en: 'Journal entries' },
  mandates: { ro: 'Mandate', ru: 'Полномочия', en: 'Mandates' },
  language: { ro: 'Limba documentului', ru: 'Язык документа', en: 'Language of the document' },
  pdf: { ro: 'Descarcă documentul (PDF)', ru: 'Скачать документ (PDF)', en: 'Download the document (PDF)' },
  json: { ro: 'Descarcă fișierul (JSON)', ru: 'Скачать файл (JSON)', en: 'Download the file (JSON)' },
  close: { ro: 'Închide copia', ru: 'Закрыть копию', en: 'Close the copy' },
  kept: {
    ro: 'Platforma nu păstrează copia. Când închideți pagina, ea dispare.',
    ru: 'Платформа не хранит копию. Когда вы закроете страницу, она исчезнет.',
    en: 'The platform does not keep the copy. It disappears when you close the page.',
  },
});
