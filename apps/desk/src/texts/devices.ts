import { defineMessages } from '../language/messages.ts';

/** Computers on which a member of a team works, in the pane of the member. */
export const DEVICES = defineMessages({
  title: { ro: 'Calculatoare', ru: 'Компьютеры', en: 'Computers' },
  lead: {
    ro: 'Pe ele persoana lucrează și fără legătură, cel mult 72 de ore.',
    ru: 'На них человек работает и без связи, не дольше 72 часов.',
    en: 'They work here without a connection too, for at most 72 hours.',
  },
  nothing: {
    ro: 'Niciun calculator nu păstrează date ale acestei persoane.',
    ru: 'Ни один компьютер не хранит данных этого человека.',
    en: 'No computer keeps data of this person.',
  },
  name: { ro: 'Calculatorul {code}', ru: 'Компьютер {code}', en: 'Computer {code}' },
  thisOne: { ro: 'acesta', ru: 'этот', en: 'this one' },
  lastContact: { ro: 'ultima legătură: {when}', ru: 'последняя связь: {when}', en: 'last contact: {when}' },
  firstContact: { ro: 'prima: {when}', ru: 'первая: {when}', en: 'first: {when}' },
  files: { ro: 'dosare copiate: {n}', ru: 'скопировано дел: {n}', en: 'copied files: {n}' },
  revoked: { ro: 'deconectat la {when}', ru: 'отключён {when}', en: 'disconnected {when}' },
  revoke: { ro: 'Deconectează calculatorul', ru: 'Отключить компьютер', en: 'Disconnect the computer' },
  revokeAsk: {
    ro: 'Datele păstrate pe calculator nu se mai deschid. Ce nu a fost trimis de pe el ajunge la supervizor. Nu se poate anula.',
    ru: 'Сохранённые на компьютере данные больше не откроются. Неотправленное с него попадёт к супервизору. Отменить нельзя.',
    en: 'The data kept on the computer no longer open. What it has not sent goes to a supervisor. This cannot be undone.',
  },
  leave: { ro: 'Renunță', ru: 'Отмена', en: 'Cancel' },
});
