import type { Language } from './content.ts';
import { formatCivilDate } from './dates.ts';
import type { NamedPerson } from './mandate-text.ts';
import { interpolateText } from './texts/text.ts';
import type { Text } from './texts/text.ts';

/**
 * The text of a complaint about a silent agency. Project text, not legal advice: no official wording was found, so it cites no
 * law and names no term for the answer.
 */

/** Paragraphs, each in three languages. */
const PARAGRAPHS = {
  addressee: {
    ro: 'Către conducătorul instituției: {agency}',
    ru: 'Руководителю учреждения: {agency}',
    en: 'To the head of the agency: {agency}',
  },
  title: {
    ro: 'Plângere: cerere fără răspuns',
    ru: 'Жалоба: заявление без ответа',
    en: 'Complaint: application without an answer',
  },
  filed: {
    ro: 'Eu, {person} ({personNumber}), am depus la {submitDate}, prin centrul „{centre}”, cererea „{service}”. Identificatorul cererii: {id}.',
    ru: 'Я, {person} ({personNumber}), подал(а) {submitDate} через центр «{centre}» заявление «{service}». Идентификатор заявления: {id}.',
    en: 'I, {person} ({personNumber}), filed the application “{service}” on {submitDate} through the centre “{centre}”. ID of the application: {id}.',
  },
  filedFor: {
    ro: 'Eu, {person} ({personNumber}), am depus la {submitDate}, în numele persoanei {represented} ({representedNumber}), prin centrul „{centre}”, cererea „{service}”. Identificatorul cererii: {id}.',
    ru: 'Я, {person} ({personNumber}), подал(а) {submitDate} от имени {represented} ({representedNumber}) через центр «{centre}» заявление «{service}». Идентификатор заявления: {id}.',
    en: 'I, {person} ({personNumber}), filed the application “{service}” on {submitDate} on behalf of {represented} ({representedNumber}) through the centre “{centre}”. ID of the application: {id}.',
  },
  reference: {
    ro: 'Numărul cererii la instituție: {reference}.',
    ru: 'Номер заявления в учреждении: {reference}.',
    en: 'Number of the application at the agency: {reference}.',
  },
  unacknowledged: {
    ro: 'Instituția nu a confirmat că a primit cererea.',
    ru: 'Учреждение не подтвердило получение заявления.',
    en: 'The agency has not confirmed that it received the application.',
  },
  late: {
    ro: 'Termenul legal a trecut la {dueDate}. Până la {day} nu am primit o decizie.',
    ru: 'Законный срок истёк {dueDate}. На {day} решение мной не получено.',
    en: 'The legal term passed on {dueDate}. I have not received a decision by {day}.',
  },
  undecided: {
    ro: 'Până la {day} nu am primit o decizie.',
    ru: 'На {day} решение мной не получено.',
    en: 'I have not received a decision by {day}.',
  },
  reminders: {
    ro: 'Atenționări trimise instituției prin platforma centrelor: {reminders}.',
    ru: 'Напоминаний учреждению через платформу центров: {reminders}.',
    en: 'Reminders sent to the agency through the platform of the centres: {reminders}.',
  },
  request: {
    ro: 'Cer instituției să examineze cererea, să-mi comunice decizia și motivele întârzierii, și să-mi răspundă în scris la această plângere.',
    ru: 'Прошу рассмотреть заявление, сообщить мне решение и причины задержки и письменно ответить на эту жалобу.',
    en: 'I ask the agency to examine the application, to inform me of its decision and of the reasons for the delay, and to answer this complaint in writing.',
  },
  disclaimer: {
    ro: 'Text de proiect; nu este consultanță juridică.',
    ru: 'Текст проекта; не является юридической консультацией.',
    en: 'Project text, not legal advice.',
  },
} as const satisfies Record<string, Text>;

/** What the text says. */
export interface ComplaintFacts {
  /** Name of the agency. */
  agency: Partial<Text>;
  person: NamedPerson;
  represented?: NamedPerson | undefined;
  /** Title of the public service. */
  service: Partial<Text>;
  centreName: string;
  /** ID of the application, which the agency has too. */
  id: string;
  /** The agency's own number; empty without one. */
  reference: string;
  /** Civil dates in Chisinau, yyyy-MM-dd: of filing, and of the complaint. */
  submitDate: string;
  day: string;
  /** yyyy-MM-dd; absent without a term. */
  dueDate?: string | undefined;
  /** Whether the agency confirmed that it has the application. */
  isAcknowledged: boolean;
  /** Number of reminders of the agency. */
  reminders: number;
}

/**
 * Returns the text in one language, one paragraph in each line: the addressee, the title, and what happened. The same facts
 * always give the same text, with the same number of lines in each language.
 */
export function renderComplaint(facts: ComplaintFacts, language: Language): string {
  const { person, represented, dueDate } = facts;
  const inLanguage = (text: Partial<Text>) => text[language] || text.ro || '';
  const params = {
    agency: inLanguage(facts.agency),
    service: inLanguage(facts.service),
    person: fullName(person),
    personNumber: person.number,
    represented: represented ? fullName(represented) : '',
    representedNumber: represented?.number ?? '',
    centre: facts.centreName,
    id: facts.id,
    reference: facts.reference,
    submitDate: formatCivilDate(facts.submitDate),
    day: formatCivilDate(facts.day),
    dueDate: dueDate ? formatCivilDate(dueDate) : '',
    reminders: String(facts.reminders),
  };
  return selectParagraphs(facts)
    .map((name) => toOneLine(interpolateText(PARAGRAPHS[name][language], params)))
    .join('\n');
}

type Paragraph = keyof typeof PARAGRAPHS;

function selectParagraphs({
  represented,
  reference,
  isAcknowledged,
  dueDate,
  day,
  reminders,
}: ComplaintFacts): Paragraph[] {
  return [
    'addressee',
    'title',
    represented ? 'filedFor' : 'filed',
    ...(reference ? (['reference'] as const) : []),
    ...(isAcknowledged ? [] : (['unacknowledged'] as const)),
    dueDate && dueDate < day ? 'late' : 'undecided',
    ...(reminders > 0 ? (['reminders'] as const) : []),
    'request',
    'disclaimer',
  ];
}

/** Names of others contain no line break by their schema; the paragraphs of all languages must stay aligned anyway. */
const toOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

const fullName = ({ givenName, familyName }: NamedPerson): string => `${givenName} ${familyName}`.trim();
