import type { NoticeKind } from './notices.ts';

export const LANGUAGES = ['ro', 'ru', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Words of others in up to three languages; '' and absent mean the same. */
export interface Words {
  ro?: string;
  ru?: string;
  en?: string;
}

/** What a text may speak of. Dates are already in the form dd.MM.yyyy; absent ones are empty. */
export interface Facts {
  personName: string;
  serviceTitle: string;
  centreName: string;
  dueDate: string;
  answerBy: string;
  /** Words of the agency: what it asks for, or why it refused. May be empty. */
  agencyWords: string;
}

/** The subject names no person, no service and no tracking number: it shows on locked screens and in server logs. */
export interface Letter {
  subject: string;
  paragraphs: string[];
}

type Text = (facts: Facts) => Letter;

/** Every text that a person gets from us. A kind or a language without a text does not compile. */
export const TEXTS = {
  'application-submitted': {
    ro: (f) => ({
      subject: 'Cererea dumneavoastră a fost depusă',
      paragraphs: [
        `Cererea dumneavoastră pentru serviciul „${f.serviceTitle}” a fost depusă la centrul ${f.centreName}.`,
        f.dueDate
          ? `Termenul de răspuns este ${f.dueDate}. Vă anunțăm îndată ce primim răspunsul.`
          : 'Vă anunțăm îndată ce primim răspunsul.',
      ],
    }),
    ru: (f) => ({
      subject: 'Ваше заявление подано',
      paragraphs: [
        `Ваше заявление на услугу «${f.serviceTitle}» подано в центре ${f.centreName}.`,
        f.dueDate
          ? `Срок ответа: ${f.dueDate}. Мы сообщим вам, как только получим ответ.`
          : 'Мы сообщим вам, как только получим ответ.',
      ],
    }),
    en: (f) => ({
      subject: 'Your application has been filed',
      paragraphs: [
        `Your application for “${f.serviceTitle}” has been filed at the centre ${f.centreName}.`,
        f.dueDate
          ? `The answer is due by ${f.dueDate}. We will let you know as soon as we have it.`
          : 'We will let you know as soon as we have the answer.',
      ],
    }),
  },
  'documents-requested': {
    ro: (f) => ({
      subject: 'Cererea dumneavoastră: este nevoie de acte suplimentare',
      paragraphs: [
        `Pentru cererea dumneavoastră „${f.serviceTitle}” mai este nevoie de acte.`,
        ...words(f, 'Mesajul instituției'),
        f.answerBy
          ? `Vă rugăm să veniți cu actele la centrul ${f.centreName} până la ${f.answerBy} inclusiv. După această dată cererea se închide.`
          : `Vă rugăm să veniți cu actele la centrul ${f.centreName}.`,
        'Specialistul centrului vă spune exact ce acte trebuie și vă ajută.',
      ],
    }),
    ru: (f) => ({
      subject: 'Ваше заявление: нужны дополнительные документы',
      paragraphs: [
        `Для вашего заявления «${f.serviceTitle}» нужны дополнительные документы.`,
        ...words(f, 'Сообщение учреждения'),
        f.answerBy
          ? `Пожалуйста, принесите их в центр ${f.centreName} до ${f.answerBy} включительно. После этой даты заявление будет закрыто.`
          : `Пожалуйста, принесите их в центр ${f.centreName}.`,
        'Специалист центра подскажет, какие именно документы нужны, и поможет вам.',
      ],
    }),
    en: (f) => ({
      subject: 'Your application: more documents are needed',
      paragraphs: [
        `More documents are needed for your application “${f.serviceTitle}”.`,
        ...words(f, 'Message from the institution'),
        f.answerBy
          ? `Please bring them to the centre ${f.centreName} by ${f.answerBy} at the latest. After that day the application will be closed.`
          : `Please bring them to the centre ${f.centreName}.`,
        'The specialist at the centre will tell you exactly which documents are needed and will help you.',
      ],
    }),
  },
  'result-ready': {
    ro: (f) => ({
      subject: 'Rezultatul cererii dumneavoastră este gata',
      paragraphs: [
        `Cererea dumneavoastră „${f.serviceTitle}” a fost aprobată, iar rezultatul este gata.`,
        `Centrul ${f.centreName} vă ajută să îl primiți. Vă rugăm să luați cu dumneavoastră actul de identitate.`,
      ],
    }),
    ru: (f) => ({
      subject: 'Результат по вашему заявлению готов',
      paragraphs: [
        `Ваше заявление «${f.serviceTitle}» одобрено, результат готов.`,
        `Центр ${f.centreName} поможет вам его получить. Пожалуйста, возьмите с собой удостоверение личности.`,
      ],
    }),
    en: (f) => ({
      subject: 'The result of your application is ready',
      paragraphs: [
        `Your application “${f.serviceTitle}” has been approved and the result is ready.`,
        `The centre ${f.centreName} will help you to get it. Please bring your identity document.`,
      ],
    }),
  },
  'application-rejected': {
    ro: (f) => ({
      subject: 'Există o decizie privind cererea dumneavoastră',
      paragraphs: [
        `Cererea dumneavoastră „${f.serviceTitle}” nu a fost aprobată.`,
        ...words(f, 'Motivul indicat de instituție'),
        `Decizia vă așteaptă la centrul ${f.centreName}. Specialistul vă explică ce puteți face mai departe.`,
      ],
    }),
    ru: (f) => ({
      subject: 'По вашему заявлению принято решение',
      paragraphs: [
        `Ваше заявление «${f.serviceTitle}» не одобрено.`,
        ...words(f, 'Причина, указанная учреждением'),
        `Решение можно получить в центре ${f.centreName}. Специалист объяснит, что можно сделать дальше.`,
      ],
    }),
    en: (f) => ({
      subject: 'There is a decision on your application',
      paragraphs: [
        `Your application “${f.serviceTitle}” has not been approved.`,
        ...words(f, 'The reason given by the institution'),
        `The decision is waiting for you at the centre ${f.centreName}. The specialist will explain what you can do next.`,
      ],
    }),
  },
  'application-withdrawn': {
    ro: (f) => ({
      subject: 'Cererea dumneavoastră a fost retrasă',
      paragraphs: [
        `Cererea dumneavoastră „${f.serviceTitle}” a fost retrasă la centrul ${f.centreName}.`,
        'Dacă nu ați cerut acest lucru, vă rugăm să vă adresați centrului. Oricând puteți depune o cerere nouă.',
      ],
    }),
    ru: (f) => ({
      subject: 'Ваше заявление отозвано',
      paragraphs: [
        `Ваше заявление «${f.serviceTitle}» отозвано в центре ${f.centreName}.`,
        'Если вы об этом не просили, пожалуйста, обратитесь в центр. Вы можете в любое время подать новое заявление.',
      ],
    }),
    en: (f) => ({
      subject: 'Your application has been withdrawn',
      paragraphs: [
        `Your application “${f.serviceTitle}” has been withdrawn at the centre ${f.centreName}.`,
        'If you did not ask for this, please contact the centre. You can file a new application at any time.',
      ],
    }),
  },
  'application-expired': {
    ro: (f) => ({
      subject: 'Cererea dumneavoastră a fost închisă',
      paragraphs: [
        `Cererea dumneavoastră „${f.serviceTitle}” a fost închisă, deoarece actele cerute nu au fost aduse la timp.`,
        `Puteți depune o cerere nouă la centrul ${f.centreName}. Specialistul vă ajută.`,
      ],
    }),
    ru: (f) => ({
      subject: 'Ваше заявление закрыто',
      paragraphs: [
        `Ваше заявление «${f.serviceTitle}» закрыто, потому что нужные документы не были принесены вовремя.`,
        `Вы можете подать новое заявление в центре ${f.centreName}. Специалист вам поможет.`,
      ],
    }),
    en: (f) => ({
      subject: 'Your application has been closed',
      paragraphs: [
        `Your application “${f.serviceTitle}” has been closed because the documents asked for were not brought in time.`,
        `You can file a new application at the centre ${f.centreName}. The specialist will help you.`,
      ],
    }),
  },
  'result-corrected': {
    ro: (f) => ({
      subject: 'Rezultatul cererii dumneavoastră a fost corectat',
      paragraphs: [
        `Instituția a corectat rezultatul cererii dumneavoastră „${f.serviceTitle}”.`,
        `Vă rugăm să vă adresați centrului ${f.centreName} și să aduceți rezultatul pe care îl aveți, dacă l-ați primit.`,
      ],
    }),
    ru: (f) => ({
      subject: 'Результат по вашему заявлению исправлен',
      paragraphs: [
        `Учреждение исправило результат по вашему заявлению «${f.serviceTitle}».`,
        `Пожалуйста, обратитесь в центр ${f.centreName} и принесите прежний результат, если вы его получили.`,
      ],
    }),
    en: (f) => ({
      subject: 'The result of your application has been corrected',
      paragraphs: [
        `The institution has corrected the result of your application “${f.serviceTitle}”.`,
        `Please contact the centre ${f.centreName} and bring the earlier result if you have received it.`,
      ],
    }),
  },
  'result-revoked': {
    ro: (f) => ({
      subject: 'Rezultatul cererii dumneavoastră a fost anulat',
      paragraphs: [
        `Instituția a anulat rezultatul cererii dumneavoastră „${f.serviceTitle}”. Vă rugăm să nu îl mai folosiți.`,
        `Adresați-vă centrului ${f.centreName}: specialistul vă explică motivul și ce puteți face mai departe.`,
      ],
    }),
    ru: (f) => ({
      subject: 'Результат по вашему заявлению отменён',
      paragraphs: [
        `Учреждение отменило результат по вашему заявлению «${f.serviceTitle}». Пожалуйста, больше им не пользуйтесь.`,
        `Обратитесь в центр ${f.centreName}: специалист объяснит причину и что можно сделать дальше.`,
      ],
    }),
    en: (f) => ({
      subject: 'The result of your application has been revoked',
      paragraphs: [
        `The institution has revoked the result of your application “${f.serviceTitle}”. Please do not use it any more.`,
        `Please contact the centre ${f.centreName}: the specialist will explain the reason and what you can do next.`,
      ],
    }),
  },
} satisfies Record<NoticeKind, Record<Language, Text>>;

/** What stands around every letter. */
export const FRAME = {
  ro: {
    greeting: (name: string) => (name ? `Bună ziua, ${name}!` : 'Bună ziua!'),
    trackingLabel: 'Numărul de urmărire a cererii',
    trackingHint: 'Cu acest număr aflați oricând unde se află cererea. Păstrați-l și nu îl arătați altora.',
    closing: (centre: string) => `Cu respect,\nCentrul unificat de prestare a serviciilor publice ${centre}`,
    noReply: 'Acest mesaj este trimis automat. Pentru întrebări adresați-vă centrului.',
    printed: 'Data',
  },
  ru: {
    greeting: (name: string) => (name ? `Здравствуйте, ${name}!` : 'Здравствуйте!'),
    trackingLabel: 'Номер для отслеживания заявления',
    trackingHint:
      'По этому номеру вы в любое время узнаете, где находится заявление. Сохраните его и не показывайте другим.',
    closing: (centre: string) => `С уважением,\nЕдиный центр предоставления публичных услуг ${centre}`,
    noReply: 'Это сообщение отправлено автоматически. С вопросами обращайтесь в центр.',
    printed: 'Дата',
  },
  en: {
    greeting: (name: string) => (name ? `Dear ${name},` : 'Good day,'),
    trackingLabel: 'Tracking number of the application',
    trackingHint:
      'With this number you can see at any time where your application is. Keep it and do not show it to others.',
    closing: (centre: string) => `Kind regards,\nUnified centre for public services ${centre}`,
    noReply: 'This message was sent automatically. If you have questions, please contact the centre.',
    printed: 'Date',
  },
} satisfies Record<Language, Record<string, string | ((value: string) => string)>>;

/** Takes the language if it is one of ours, else Romanian. */
export function languageOf(text: string): Language {
  return LANGUAGES.find((language) => language === text) ?? 'ro';
}

/** The words in the language, else in Romanian (the only one that is always there), else any. */
export function inLanguage(words: Words, language: Language): string {
  return words[language] || words.ro || words.ru || words.en || '';
}

/** `2026-03-09` → `09.03.2026`; anything else → ''. */
export function dateForPeople(civilDate: string): string {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(civilDate) ?? [];
  return year ? `${day}.${month}.${year}` : '';
}

/** The whole letter as plain text, and its subject. The tracking number stands in the text only. */
export function writeLetter(
  kind: NoticeKind,
  language: Language,
  facts: Facts,
  trackingNumber: string,
): { subject: string; text: string } {
  const frame = FRAME[language];
  const letter = TEXTS[kind][language](facts);
  const parts = [frame.greeting(facts.personName), ...letter.paragraphs];
  if (trackingNumber) parts.push(`${frame.trackingLabel}: ${trackingNumber}\n${frame.trackingHint}`);
  parts.push(frame.closing(facts.centreName));
  return { subject: letter.subject, text: parts.join('\n\n') };
}

function words(facts: Facts, label: string): string[] {
  return facts.agencyWords ? [`${label}: ${facts.agencyWords}`] : [];
}
