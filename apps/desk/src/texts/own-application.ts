import { defineMessages } from '../language/messages.ts';

/** For an application of the operator's own: a colleague takes every step after the draft. */
export const OWN_APPLICATION = defineMessages({
  draft: {
    ro: 'Aceasta este cererea dumneavoastră: o completați, iar un coleg o depune.',
    ru: 'Это ваше собственное заявление: вы его заполняете, а подаёт коллега.',
    en: 'This is your own application: you fill it in, and a colleague submits it.',
  },
  filed: {
    ro: 'Aceasta este cererea dumneavoastră: pașii care urmează îi face un coleg.',
    ru: 'Это ваше собственное заявление: дальнейшие шаги делает коллега.',
    en: 'This is your own application: a colleague takes the next steps.',
  },
  leave: { ro: 'Las-o unui coleg', ru: 'Оставить коллеге', en: 'Leave it to a colleague' },
});
