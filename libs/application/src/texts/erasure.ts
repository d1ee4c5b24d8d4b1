import type { ErasureRefusal } from '../vocabularies.ts';
import { interpolateText } from './text.ts';
import type { Text } from './text.ts';

/** Sentences that tell a person why their data are not erased now, with the law or that there is none. */

const REFUSAL_TEXTS: Record<ErasureRefusal, Text> = {
  open: {
    ro: 'Cererea este în lucru: datele sunt necesare pentru serviciul cerut ({law}).',
    ru: 'Заявление рассматривается: данные нужны для запрошенной услуги ({law}).',
    en: 'The application is being processed: the data are needed for the public service that was asked for ({law}).',
  },
  term: {
    ro: 'Legea cere păstrarea datelor până la {until} ({law}).',
    ru: 'Закон требует хранить данные до {until} ({law}).',
    en: 'The law requires that the data are kept until {until} ({law}).',
  },
  held: {
    ro: 'O instanță, o contestație sau un audit are nevoie de date ({law}).',
    ru: 'Данные нужны суду, по жалобе или для проверки ({law}).',
    en: 'A court, a complaint or an audit needs the data ({law}).',
  },
  restricted: {
    ro: 'Prelucrarea este restricționată la cererea persoanei. Încheiați întâi restricția ({law}).',
    ru: 'Обработка ограничена по просьбе человека. Сначала снимите ограничение ({law}).',
    en: 'The person restricted the processing. End the restriction first ({law}).',
  },
};

/** Laws as libs/contracts/src/retention-rules.ts names them. */
const LAW_TEXTS: Readonly<Record<string, Text>> = {
  'Law 195/2024': {
    ro: 'Legea nr. 195/2024 privind protecția datelor cu caracter personal',
    ru: 'Закон № 195/2024 о защите персональных данных',
    en: 'Law 195/2024 on personal data',
  },
  'Law 234/2021': {
    ro: 'Legea nr. 234/2021 cu privire la serviciile publice',
    ru: 'Закон № 234/2021 о публичных услугах',
    en: 'Law 234/2021 on public services',
  },
};
const NO_LAW: Text = { ro: 'fără temei legal', ru: 'без законного основания', en: 'no legal source' };

/** Returns the sentence for a person. @param until yyyy-MM-dd, the end of a term that a law sets */
export function explainErasureRefusal(refusal: ErasureRefusal, source: string, until = ''): Text {
  const law = LAW_TEXTS[source] ?? NO_LAW;
  const text = REFUSAL_TEXTS[refusal];
  return {
    ro: interpolateText(text.ro, { law: law.ro, until }),
    ru: interpolateText(text.ru, { law: law.ru, until }),
    en: interpolateText(text.en, { law: law.en, until }),
  };
}
