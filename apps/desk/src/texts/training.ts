import type { Text } from '@cups/application/texts';

/** Above everything of a training. In a module of its own, because the tracking page loads no other text of printouts. */
export const TRAINING_TEXT: Text = {
  ro: 'Exercițiu: fără valoare juridică',
  ru: 'Учебный режим: без юридической силы',
  en: 'Training mode: no legal effect',
};
