import { defineMessages } from '../language/messages.ts';

export const DOCUMENT_REQUEST = defineMessages({
  mandateFirst: {
    ro: 'Înregistrați întâi împuternicirea.',
    ru: 'Сначала запишите полномочие.',
    en: 'Record the mandate first.',
  },
  title: { ro: 'Actele cerute', ru: 'Запрошенные документы', en: 'Requested documents' },
  now: { ro: 'Adus acum', ru: 'Принесён', en: 'Brought now' },
  later: { ro: 'Mai târziu', ru: 'Позже', en: 'Later' },
  never: { ro: 'Nu se poate', ru: 'Невозможно', en: 'Not available' },
  seen: { ro: 'original văzut la ghișeu', ru: 'оригинал предъявлен', en: 'original checked' },
  canLater: { ro: 'poate fi adus până la {day}', ru: 'можно принести до {date}', en: 'can be brought by {day}' },
  choose: { ro: 'alegeți ce e cu acest act', ru: 'укажите, что с этим документом', en: 'choose an option' },
  before: { ro: 'adus deja', ru: 'уже принесён', en: 'already brought' },
  number: { ro: 'Seria și numărul', ru: 'Серия и номер', en: 'Series and number' },
  why: { ro: 'De ce nu poate fi adus?', ru: 'Почему нельзя принести?', en: 'Why is it not available?' },
  send: { ro: 'Trimite actele aduse', ru: 'Отправить принесённое', en: 'Send documents' },
  nothing: {
    ro: 'Marcați cel puțin un act.',
    ru: 'Укажите хотя бы один документ.',
    en: 'Choose an option for at least one document.',
  },
  inRomanian: { ro: 'în română', ru: 'на румынском', en: 'in Romanian' },
  whyMissing: { ro: 'Spuneți de ce nu se poate.', ru: 'Укажите причину.', en: 'Enter why it is not available.' },
});
