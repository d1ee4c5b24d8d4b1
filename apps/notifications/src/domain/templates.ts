import type { Language } from './language.ts';
import type { NoticeKind } from './notice.ts';
import { COLLECT_CORRECTED, ON_THE_WAY_TEMPLATE } from './arrival-templates.ts';
import { PASSED_ON_TEMPLATE } from './passing-on-templates.ts';
import { TERM_PASSED_TEMPLATE } from './term-templates.ts';

/** Values for `{service}` and so on. A paragraph with an absent value is left out. */
export interface TemplateData {
  service: string;
  centre: string;
  /** Name of the agency that has the application; '' if unknown. */
  agency: string;
  /** dd.MM.yyyy */
  due: string;
  /** dd.MM.yyyy */
  answerBy: string;
  /** Day on which the agency expects to decide, dd.MM.yyyy; '' without one, and once it has passed. */
  expected: string;
  /** The agency's text as a quoted block: its request, or the reason for its decision. */
  agencyText: string;
  /** The agency's number of the result. */
  number: string;
  /** Code that verifies the result. */
  verificationCode: string;
  /** dd.MM.yyyy */
  validUntil: string;
  /** The agency's text about an appeal, as a quoted block. */
  appeal: string;
  /** dd.MM.yyyy */
  appealUntil: string;
  term: DueDateStatus;
  reach: ContactMethod;
  way: ResultDelivery;
  place: ResultPlace;
}

/** Whether a paper result is still on its way to the centre. */
export type ResultPlace = 'onItsWay' | 'arrived';

/** Whether the due date is known. fromPayment: the term starts when the fee is paid. */
export type DueDateStatus = 'known' | 'fromPayment' | 'unknown';

/** How the applicant learns of the next step. */
export type ContactMethod = 'email' | 'phone' | 'none';

/** Values of intake for how the applicant receives a result. */
export const RESULT_DELIVERIES = ['collect', 'electronic', 'post', 'payment'] as const;
export type ResultDelivery = (typeof RESULT_DELIVERIES)[number];

/** Prefix of each quoted line. */
export const QUOTE_PREFIX = '> ';

/** Returns texts of others as one quoted block, which cannot pass for text of the platform; '' without any. */
export function quoteLines(lines: readonly string[]): string {
  return lines
    .filter((line) => line !== '')
    .map((line) => QUOTE_PREFIX + line)
    .join('\n');
}

/** A paragraph, or one per value of a fact. */
type Paragraph =
  | string
  | { term: Record<DueDateStatus, string> }
  | { reach: Record<ContactMethod, string> }
  | { way: Record<ResultDelivery, string> }
  | { place: Record<ResultPlace, string> };

/** The subject names no person, service or tracking number, because lock screens and server logs show it. */
export type Template = readonly [subject: string, ...paragraphs: Paragraph[]];

/** All texts for applicants. A missing kind or language does not compile. */
export const TEMPLATES = {
  'result-on-the-way': ON_THE_WAY_TEMPLATE,
  'term-passed': TERM_PASSED_TEMPLATE,
  'application-passed-on': PASSED_ON_TEMPLATE,
  'application-submitted': {
    ro: [
      'Cererea dumneavoastră a fost depusă',
      'Cererea dumneavoastră pentru serviciul „{service}” a fost depusă la centrul {centre}.',
      {
        term: {
          known: 'Termenul de răspuns este {due}.',
          fromPayment: 'Termenul de răspuns începe după achitarea tarifului.',
          unknown: 'Pentru acest serviciu nu este cunoscut un termen de răspuns.',
        },
      },
      {
        reach: {
          email: 'Vă scriem îndată ce primim răspunsul.',
          phone: 'Centrul vă sună când primește răspunsul.',
          none: 'Răspunsul îl aflați la centru sau cu numărul de urmărire de mai jos.',
        },
      },
    ],
    ru: [
      'Ваше заявление подано',
      'Ваше заявление на услугу «{service}» подано в центре {centre}.',
      {
        term: {
          known: 'Срок ответа: {due}.',
          fromPayment: 'Срок ответа начинается после оплаты тарифа.',
          unknown: 'Срок ответа для этой услуги неизвестен.',
        },
      },
      {
        reach: {
          email: 'Мы напишем вам, как только получим ответ.',
          phone: 'Центр позвонит вам, когда получит ответ.',
          none: 'Ответ можно узнать в центре или по номеру для отслеживания, указанному ниже.',
        },
      },
    ],
    en: [
      'Your application has been filed',
      'Your application for “{service}” has been filed at the centre {centre}.',
      {
        term: {
          known: 'The answer is due by {due}.',
          fromPayment: 'The term for the answer begins when the fee is paid.',
          unknown: 'No term for the answer is known for this service.',
        },
      },
      {
        reach: {
          email: 'We will write to you as soon as we have the answer.',
          phone: 'The centre will call you when it has the answer.',
          none: 'You can learn the answer at the centre, or with the tracking number below.',
        },
      },
    ],
  },
  'documents-requested': {
    ro: [
      'Cererea dumneavoastră: este nevoie de acte suplimentare',
      'Pentru cererea dumneavoastră „{service}” mai este nevoie de acte.',
      'Mesajul instituției:\n{agencyText}',
      'Vă rugăm să veniți cu actele la centrul {centre}. Specialistul vă spune exact ce acte trebuie și vă ajută.',
      'Ultima zi este {answerBy}. După această dată cererea se închide.',
    ],
    ru: [
      'Ваше заявление: нужны дополнительные документы',
      'Для вашего заявления «{service}» нужны дополнительные документы.',
      'Сообщение учреждения:\n{agencyText}',
      'Пожалуйста, принесите документы в центр {centre}. Специалист подскажет, что именно нужно, и поможет вам.',
      'Последний день: {answerBy}. После этой даты заявление будет закрыто.',
    ],
    en: [
      'Your application: more documents are needed',
      'More documents are needed for your application “{service}”.',
      'Message from the institution:\n{agencyText}',
      'Please bring them to the centre {centre}. The specialist will tell you exactly what is needed and will help you.',
      'The last day is {answerBy}. After that day the application will be closed.',
    ],
  },
  'result-ready': {
    ro: [
      'Rezultatul cererii dumneavoastră este gata',
      'Cererea dumneavoastră „{service}” a fost aprobată, iar rezultatul este gata.',
      'Mesajul instituției:\n{agencyText}',
      'Numărul rezultatului: {number}.',
      'Codul de verificare: {verificationCode}.',
      'Rezultatul este valabil până la {validUntil}.',
      {
        way: {
          collect: 'Îl primiți la centrul {centre}. Vă rugăm să luați cu dumneavoastră actul de identitate.',
          electronic:
            'Rezultatul este un document electronic: nu trebuie să veniți după el. Dacă aveți nevoie de ajutor sau de o copie tipărită, adresați-vă centrului {centre}.',
          post: 'Rezultatul vă este trimis prin poștă. Dacă nu ajunge, adresați-vă centrului {centre}.',
          payment:
            'Instituția plătește suma pe calea pe care ați ales-o: nu trebuie să veniți după ea. Dacă plata nu ajunge, adresați-vă centrului {centre}.',
        },
      },
    ],
    ru: [
      'Результат по вашему заявлению готов',
      'Ваше заявление «{service}» одобрено, результат готов.',
      'Сообщение учреждения:\n{agencyText}',
      'Номер результата: {number}.',
      'Код проверки: {verificationCode}.',
      'Результат действителен до {validUntil}.',
      {
        way: {
          collect: 'Его можно получить в центре {centre}. Пожалуйста, возьмите с собой удостоверение личности.',
          electronic:
            'Результат — электронный документ: приходить за ним не нужно. Если нужна помощь или распечатка, обратитесь в центр {centre}.',
          post: 'Результат отправлен вам почтой. Если он не придёт, обратитесь в центр {centre}.',
          payment:
            'Учреждение выплатит деньги выбранным вами способом: приходить за ними не нужно. Если выплата не поступит, обратитесь в центр {centre}.',
        },
      },
    ],
    en: [
      'The result of your application is ready',
      'Your application “{service}” has been approved and the result is ready.',
      'Message from the institution:\n{agencyText}',
      'Number of the result: {number}.',
      'Verification code: {verificationCode}.',
      'The result is valid until {validUntil}.',
      {
        way: {
          collect: 'You can collect it at the centre {centre}. Please bring your identity document.',
          electronic:
            'The result is an electronic document: there is no need to come for it. If you need help or a print, please ask the centre {centre}.',
          post: 'The result is sent to you by post. If it does not arrive, please ask the centre {centre}.',
          payment:
            'The institution pays in the way that you chose: there is no need to come for it. If the payment does not arrive, please ask the centre {centre}.',
        },
      },
    ],
  },
  'application-rejected': {
    ro: [
      'Există o decizie privind cererea dumneavoastră',
      'Cererea dumneavoastră „{service}” nu a fost aprobată.',
      'Motivul indicat de instituție:\n{agencyText}',
      'Cum puteți contesta decizia, potrivit instituției:\n{appeal}',
      'Contestația se depune cel târziu la {appealUntil}.',
      'Decizia vă așteaptă la centrul {centre}. Specialistul vă explică ce puteți face mai departe.',
    ],
    ru: [
      'По вашему заявлению принято решение',
      'Ваше заявление «{service}» не одобрено.',
      'Причина, указанная учреждением:\n{agencyText}',
      'Как можно обжаловать решение, по словам учреждения:\n{appeal}',
      'Обжаловать можно не позднее {appealUntil}.',
      'Решение можно получить в центре {centre}. Специалист объяснит, что можно сделать дальше.',
    ],
    en: [
      'There is a decision on your application',
      'Your application “{service}” has not been approved.',
      'The reason given by the institution:\n{agencyText}',
      'How the decision can be appealed, as the institution says:\n{appeal}',
      'An appeal is taken until {appealUntil}.',
      'The decision is waiting for you at the centre {centre}. The specialist will explain what you can do next.',
    ],
  },
  'application-withdrawn': {
    ro: [
      'Cererea dumneavoastră a fost retrasă',
      'Cererea dumneavoastră „{service}” a fost retrasă la centrul {centre}.',
      'Dacă nu ați cerut acest lucru, vă rugăm să vă adresați centrului. Oricând puteți depune o cerere nouă.',
    ],
    ru: [
      'Ваше заявление отозвано',
      'Ваше заявление «{service}» отозвано в центре {centre}.',
      'Если вы об этом не просили, пожалуйста, обратитесь в центр. Вы можете в любое время подать новое заявление.',
    ],
    en: [
      'Your application has been withdrawn',
      'Your application “{service}” has been withdrawn at the centre {centre}.',
      'If you did not ask for this, please contact the centre. You can file a new application at any time.',
    ],
  },
  'application-expired': {
    ro: [
      'Cererea dumneavoastră a fost închisă',
      'Cererea dumneavoastră „{service}” a fost închisă, deoarece actele cerute nu au fost aduse la timp.',
      'Puteți depune o cerere nouă la centrul {centre}. Specialistul vă ajută.',
    ],
    ru: [
      'Ваше заявление закрыто',
      'Ваше заявление «{service}» закрыто, потому что нужные документы не были принесены вовремя.',
      'Вы можете подать новое заявление в центре {centre}. Специалист вам поможет.',
    ],
    en: [
      'Your application has been closed',
      'Your application “{service}” has been closed because the documents asked for were not brought in time.',
      'You can file a new application at the centre {centre}. The specialist will help you.',
    ],
  },
  'result-corrected': {
    ro: [
      'Rezultatul cererii dumneavoastră a fost corectat',
      'Instituția a corectat rezultatul cererii dumneavoastră „{service}”.',
      'Motivul indicat de instituție:\n{agencyText}',
      'Numărul rezultatului: {number}.',
      'Codul de verificare: {verificationCode}.',
      'Rezultatul este valabil până la {validUntil}.',
      { place: COLLECT_CORRECTED.ro },
    ],
    ru: [
      'Результат по вашему заявлению исправлен',
      'Учреждение исправило результат по вашему заявлению «{service}».',
      'Причина, указанная учреждением:\n{agencyText}',
      'Номер результата: {number}.',
      'Код проверки: {verificationCode}.',
      'Результат действителен до {validUntil}.',
      { place: COLLECT_CORRECTED.ru },
    ],
    en: [
      'The result of your application has been corrected',
      'The institution has corrected the result of your application “{service}”.',
      'The reason given by the institution:\n{agencyText}',
      'Number of the result: {number}.',
      'Verification code: {verificationCode}.',
      'The result is valid until {validUntil}.',
      { place: COLLECT_CORRECTED.en },
    ],
  },
  'result-revoked': {
    ro: [
      'Rezultatul cererii dumneavoastră a fost anulat',
      'Instituția a anulat rezultatul cererii dumneavoastră „{service}”. Dacă îl aveți deja, vă rugăm să nu îl mai folosiți.',
      'Motivul indicat de instituție:\n{agencyText}',
      'Adresați-vă centrului {centre}: specialistul vă explică ce puteți face mai departe.',
    ],
    ru: [
      'Результат по вашему заявлению отменён',
      'Учреждение отменило результат по вашему заявлению «{service}». Если он уже у вас, пожалуйста, больше им не пользуйтесь.',
      'Причина, указанная учреждением:\n{agencyText}',
      'Обратитесь в центр {centre}: специалист объяснит, что можно сделать дальше.',
    ],
    en: [
      'The result of your application has been revoked',
      'The institution has revoked the result of your application “{service}”. If you already have it, please do not use it any more.',
      'The reason given by the institution:\n{agencyText}',
      'Please contact the centre {centre}: the specialist will explain what you can do next.',
    ],
  },
} satisfies Record<NoticeKind, Record<Language, Template>>;

/** Texts around every notice. */
export const LAYOUT = {
  ro: {
    greeting: (name: string) => `Bună ziua, ${name}!`,
    trackingLabel: 'Numărul de urmărire a cererii',
    trackingHint: 'Cu acest număr aflați oricând unde se află cererea. Păstrați-l și nu îl arătați altora.',
    closing: 'Cu respect,\nCentrul unificat de prestare a serviciilor publice',
    noReply: 'Acest mesaj este trimis automat. Pentru întrebări adresați-vă centrului.',
    date: 'Data',
  },
  ru: {
    greeting: (name: string) => `Здравствуйте, ${name}!`,
    trackingLabel: 'Номер для отслеживания заявления',
    trackingHint: 'По нему вы в любое время узнаете, где ваше заявление. Сохраните его и не показывайте другим.',
    closing: 'С уважением,\nЕдиный центр предоставления публичных услуг',
    noReply: 'Это сообщение отправлено автоматически. С вопросами обращайтесь в центр.',
    date: 'Дата',
  },
  en: {
    greeting: (name: string) => `Dear ${name},`,
    trackingLabel: 'Tracking number of the application',
    trackingHint: 'With it you can see at any time where your application is. Keep it and do not show it to others.',
    closing: 'Kind regards,\nUnified centre for public services',
    noReply: 'This message was sent automatically. If you have questions, please contact the centre.',
    date: 'Date',
  },
} satisfies Record<Language, Record<string, string | ((name: string) => string)>>;

/** Label before the text and the subject of a training. */
export const TRAINING_LABELS = {
  ro: {
    subject: 'INSTRUIRE',
    text: 'INSTRUIRE. Aceasta nu este o cerere reală: nimic nu a fost trimis instituției și nimeni nu a fost anunțat.',
  },
  ru: {
    subject: 'ОБУЧЕНИЕ',
    text: 'ОБУЧЕНИЕ. Это не настоящее заявление: в учреждение ничего не отправлено, и никто не извещён.',
  },
  en: {
    subject: 'TRAINING',
    text: 'TRAINING. This is not a real application: nothing was sent to the institution, and nobody was told.',
  },
} satisfies Record<Language, { subject: string; text: string }>;

type Placeholder = Exclude<keyof TemplateData, 'term' | 'reach' | 'way'>;

function selectVariant(paragraph: Paragraph, { term, reach, way, place }: TemplateData): string {
  if (typeof paragraph === 'string') return paragraph;
  if ('term' in paragraph) return paragraph.term[term];
  if ('reach' in paragraph) return paragraph.reach[reach];
  return 'way' in paragraph ? paragraph.way[way] : paragraph.place[place];
}

/** Returns the subject and the plain text of a notice. The tracking number occurs in the text only. */
export function renderNotice(
  kind: NoticeKind,
  language: Language,
  data: TemplateData,
  recipient: { name: string; trackingNumber: string; training: boolean },
): { subject: string; text: string } {
  const layout = LAYOUT[language];
  const [subject, ...template]: Template = TEMPLATES[kind][language];
  const paragraphs = template.map((paragraph) => selectVariant(paragraph, data));
  const placeholdersIn = (paragraph: string) =>
    [...paragraph.matchAll(/\{(\w+)\}/g)].map(([, fact]) => fact as Placeholder);
  const parts = paragraphs
    .filter((paragraph) => placeholdersIn(paragraph).every((fact) => data[fact]))
    .map((paragraph) => paragraph.replace(/\{(\w+)\}/g, (_, fact: Placeholder) => data[fact]));
  const tracking = `${layout.trackingLabel}: ${recipient.trackingNumber}\n${layout.trackingHint}`;
  const closing = `${layout.closing} ${data.centre}`;
  const blocks = [layout.greeting(recipient.name), ...parts, tracking, closing];
  if (!recipient.training) return { subject, text: blocks.join('\n\n') };
  const label = TRAINING_LABELS[language];
  return { subject: `${label.subject}: ${subject}`, text: [label.text, ...blocks].join('\n\n') };
}
