import type { Text } from '../texts/text.ts';
import type { CopyReason } from './copy.ts';

/** Words of the document that a person receives with the copy of their data. */

export const COPY_TEXTS = {
  title: { ro: 'Copia datelor cu caracter personal', ru: 'Копия персональных данных', en: 'Copy of personal data' },
  lead: {
    ro: 'Documentul cuprinde datele despre dumneavoastră din platforma CUPS, potrivit Legii nr. 195/2024. Fișierul copy.json are toate detaliile.',
    ru: 'Документ содержит данные о вас в платформе CUPS согласно Закону № 195/2024. Файл copy.json содержит все подробности.',
    en: 'This document has the data about you in the CUPS platform, under Law 195/2024. The file copy.json has every detail.',
  },
  copy: { ro: 'Copia', ru: 'Копия', en: 'Copy' },
  created: { ro: 'Creată', ru: 'Создана', en: 'Created' },
  reason: { ro: 'Motiv', ru: 'Причина', en: 'Reason' },
  evidence: { ro: 'Numărul cererii scrise', ru: 'Номер письменного запроса', en: 'Number of the written request' },
  applications: { ro: 'Cereri', ru: 'Заявления', en: 'Applications' },
  noApplications: { ro: 'Nicio cerere.', ru: 'Заявлений нет.', en: 'No applications.' },
  unreadable: { ro: 'Nu pot fi citite', ru: 'Не могут быть прочитаны', en: 'Cannot be read' },
  missing: {
    ro: 'Jurnalul nu era disponibil: lipsesc înscrierile lui. Cereți altă copie mai târziu.',
    ru: 'Журнал был недоступен: его записей нет. Запросите другую копию позже.',
    en: 'The journal was unavailable, so its entries are missing. Ask for another copy later.',
  },
  role: { ro: 'Calitatea', ru: 'Роль', en: 'Role' },
  applicant: { ro: 'Solicitant', ru: 'Заявитель', en: 'Applicant' },
  represented: { ro: 'Persoana reprezentată', ru: 'Представляемое лицо', en: 'Represented person' },
  id: { ro: 'Identificator', ru: 'Идентификатор', en: 'ID' },
  state: { ro: 'Stare', ru: 'Состояние', en: 'State' },
  restricted: { ro: 'Prelucrare restricționată', ru: 'Обработка ограничена', en: 'Processing restricted' },
  centre: { ro: 'Centrul', ru: 'Центр', en: 'Centre' },
  opened: { ro: 'Deschisă', ru: 'Открыто', en: 'Opened' },
  atDesk: { ro: 'Ora ghișeului', ru: 'Время на месте', en: 'Time of the desk' },
  tracking: { ro: 'Număr de urmărire', ru: 'Номер для отслеживания', en: 'Tracking number' },
  contact: { ro: 'Contact', ru: 'Контакт', en: 'Contact' },
  recipients: { ro: 'Transmisă instituției', ru: 'Передано учреждению', en: 'Sent to the agency' },
  answers: { ro: 'Răspunsuri', ru: 'Ответы', en: 'Answers' },
  submissions: { ro: 'Depuneri', ru: 'Подачи', en: 'Submissions' },
  evidenceShown: { ro: 'Acte prezentate', ru: 'Предъявленные документы', en: 'Documents shown' },
  messages: {
    ro: 'Mesaje între centru și instituție',
    ru: 'Сообщения между центром и учреждением',
    en: 'Messages between centre and agency',
  },
  complaints: { ro: 'Plângeri', ru: 'Жалобы', en: 'Complaints' },
  notes: { ro: 'Note interne', ru: 'Внутренние заметки', en: 'Internal notes' },
  history: { ro: 'Istoric', ru: 'История', en: 'History' },
  notices: { ro: 'Înștiințări', ru: 'Уведомления', en: 'Notices' },
  documents: { ro: 'Documente', ru: 'Документы', en: 'Documents' },
  erasedAt: { ro: 'se șterge la', ru: 'удаляется', en: 'erased on' },
  accesses: { ro: 'Cine a citit cererea', ru: 'Кто читал заявление', en: 'Who read the application' },
  moreAccesses: { ro: 'Există citiri mai vechi.', ru: 'Есть более ранние чтения.', en: 'There are older reads.' },
  entries: { ro: 'Înscrieri în jurnal', ru: 'Записей в журнале', en: 'Journal entries' },
  mandates: { ro: 'Mandate', ru: 'Полномочия', en: 'Mandates' },
  noMandates: { ro: 'Niciun mandat.', ru: 'Полномочий нет.', en: 'No mandates.' },
  revoked: { ro: 'Revocat, recipisa', ru: 'Отозвано, квитанция', en: 'Revoked, receipt' },
  retention: { ro: 'Cât se păstrează datele', ru: 'Сколько хранятся данные', en: 'How long data are kept' },
  retentionLead: {
    ro: 'Termenele implicite ale platformei. Instalația poate avea altele.',
    ru: 'Сроки платформы по умолчанию. В установке могут быть другие.',
    en: 'Default terms of the platform. The installation may have others.',
  },
  days: { ro: '{days} de zile', ru: '{days} дн.', en: '{days} days' },
  withItsApplication: {
    ro: 'până la ștergerea cererii',
    ru: 'до удаления заявления',
    en: 'until the application is erased',
  },
  permanent: { ro: 'permanent, fără nume', ru: 'постоянно, без имён', en: 'permanent, without names' },
  noSource: { ro: 'fără temei legal expres', ru: 'без прямого правового основания', en: 'no legal source' },
  proof: { ro: 'Dovadă', ru: 'Подтверждение', en: 'Proof' },
  hash: { ro: 'SHA-256 al fișierului copy.json', ru: 'SHA-256 файла copy.json', en: 'SHA-256 of the file copy.json' },
  checkpoint: { ro: 'Starea jurnalului', ru: 'Состояние журнала', en: 'State of the journal' },
  none: { ro: 'indisponibilă', ru: 'недоступно', en: 'unavailable' },
  yes: { ro: 'da', ru: 'да', en: 'yes' },
  no: { ro: 'nu', ru: 'нет', en: 'no' },
} as const satisfies Record<string, Text>;

export const COPY_REASON_TEXTS: Record<CopyReason, Text> = {
  'person-request': { ro: 'Cererea persoanei', ru: 'Запрос лица', en: 'Request of the person' },
  'authority-request': { ro: 'Cererea unei instituții', ru: 'Запрос органа власти', en: 'Request of an authority' },
  court: { ro: 'Cererea instanței', ru: 'Запрос суда', en: 'Request of a court' },
};

/** Categories of data of docs/reference/retention.md that concern applicants. */
export const CATEGORY_TEXTS: Readonly<Record<string, Text>> = {
  'closed-applications': { ro: 'Cereri încheiate', ru: 'Завершённые заявления', en: 'Ended applications' },
  'ended-drafts': { ro: 'Ciorne nedepuse', ru: 'Неподанные черновики', en: 'Drafts never filed' },
  'access-log': { ro: 'Cine a citit cererile', ru: 'Кто читал заявления', en: 'Who read applications' },
  evidence: { ro: 'Acte scanate', ru: 'Сканы документов', en: 'Scans of documents' },
  results: { ro: 'Documente rezultat', ru: 'Документы-результаты', en: 'Result documents' },
  notices: { ro: 'Înștiințări', ru: 'Уведомления', en: 'Notices' },
  deliveries: { ro: 'Transmiteri către instituții', ru: 'Передачи учреждениям', en: 'Deliveries to agencies' },
  mandates: { ro: 'Mandate', ru: 'Полномочия', en: 'Mandates' },
  'agency-topics': { ro: 'Mesaje către instituții', ru: 'Сообщения учреждениям', en: 'Messages to agencies' },
  backups: { ro: 'Copii de rezervă', ru: 'Резервные копии', en: 'Backups' },
  'journal-entries': { ro: 'Jurnalul', ru: 'Журнал', en: 'The journal' },
};
