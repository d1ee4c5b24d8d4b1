import type { Language } from './language.ts';

/** The email with a one-time code for a mandate. */

interface CodeData {
  /** 6 digits. */
  code: string;
  centre: string;
}

/** The subject does not contain the code, because lock screens show it. */
const TEXTS: Record<Language, { subject: string; paragraphs: readonly string[] }> = {
  ro: {
    subject: 'Codul pentru împuternicire',
    paragraphs: [
      'Codul dumneavoastră este {code}.',
      'Citiți-l specialistului de la centrul „{centre}” numai dacă sunteți acolo și sunteți de acord cu împuternicirea. Codul este valabil 10 minute.',
      'Dacă nu ați cerut nimic, nu spuneți nimănui codul: fără semnătura dumneavoastră el nu împuternicește pe nimeni.',
    ],
  },
  ru: {
    subject: 'Код для полномочия',
    paragraphs: [
      'Ваш код: {code}.',
      'Назовите его специалисту центра «{centre}», только если вы там и согласны с полномочием. Код действует 10 минут.',
      'Если вы ничего не просили, никому не говорите код: без вашей подписи он никого не уполномочивает.',
    ],
  },
  en: {
    subject: 'Code for the mandate',
    paragraphs: [
      'Your code is {code}.',
      'Read it to the specialist of the centre “{centre}” only if you are there and agree with the mandate. The code is valid for 10 minutes.',
      'If you did not ask for anything, tell nobody the code. Without your signature it authorises nobody.',
    ],
  },
};

/** Returns subject and text in a language. */
export function renderCodeMail(language: Language, { code, centre }: CodeData): { subject: string; text: string } {
  const { subject, paragraphs } = TEXTS[language];
  const text = paragraphs
    .join('\n\n')
    .replace('{code}', code)
    .replace('{centre}', () => centre);
  return { subject, text };
}
