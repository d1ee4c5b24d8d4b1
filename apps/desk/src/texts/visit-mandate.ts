import { defineMessages } from '../language/messages.ts';

/** The step of a visit that records a mandate, and a mandate for requested documents. */
export const VISIT_MANDATE = defineMessages({
  title: {
    ro: 'Persoana împuternicește centrul',
    ru: 'Человек уполномочивает центр',
    en: 'The person authorises the centre',
  },
  incomplete: {
    ro: 'Completați întâi persoana și temeiul: textul împuternicirii le numește.',
    ru: 'Сначала заполните данные человека и основание: они стоят в тексте полномочия.',
    en: 'Fill in the person and the ground first. The text of the mandate names them.',
  },
  toPerson: { ro: 'Completează persoana', ru: 'Заполнить данные', en: 'Fill in the person' },
  standing: {
    ro: 'Persoana are deja o împuternicire pentru acest serviciu',
    ru: 'Уже есть полномочие на эту услугу',
    en: 'The person already has a mandate for this service',
  },
  until: { ro: 'până la {date} inclusiv', ru: 'по {date} включительно', en: 'until {date} inclusive' },
  use: { ro: 'Folosește', ru: 'Использовать', en: 'Use' },
  useAndGoOn: { ro: 'Folosește și continuă', ru: 'Использовать и продолжить', en: 'Use and continue' },
  new: { ro: 'Altă împuternicire', ru: 'Другое полномочие', en: 'Another mandate' },
  useStanding: { ro: 'Folosește una existentă', ru: 'Использовать имеющееся', en: 'Use an existing one' },
  record: { ro: 'Înregistrează și tipărește', ru: 'Записать и напечатать', en: 'Record and print' },
  recording: { ro: 'Se înregistrează', ru: 'Записывается', en: 'Recording' },
  signHelp: {
    ro: 'Citiți textul împreună cu persoana. După tipărire persoana îl semnează.',
    ru: 'Прочитайте текст вместе с человеком. После печати он его подписывает.',
    en: 'Read the text with the person. They sign it once it is printed.',
  },
  scope: { ro: 'Pentru ce este valabilă', ru: 'На что действует', en: 'What it covers' },
  scopeService: { ro: 'Acest serviciu', ru: 'Эта услуга', en: 'This service' },
  scopeServices: { ro: 'Mai multe servicii', ru: 'Несколько услуг', en: 'More services' },
  scopeThemes: { ro: 'Teme', ru: 'Темы', en: 'Themes' },
  chooseServices: { ro: 'Alte servicii', ru: 'Другие услуги', en: 'Further services' },
  chooseThemes: { ro: 'Teme de servicii', ru: 'Темы услуг', en: 'Themes of services' },
  waits: {
    ro: 'Platforma nu răspunde. Împuternicirea se înregistrează automat când revine; puteți lucra mai departe.',
    ru: 'Платформа не отвечает. Полномочие запишется автоматически, когда она вернётся; можно работать дальше.',
    en: 'The platform is unavailable. The mandate will be recorded automatically. Work on.',
  },
  stopWaiting: { ro: 'Renunță', ru: 'Не записывать', en: 'Do not record' },
  refused: {
    ro: 'Împuternicirea nu a fost înregistrată. {why}',
    ru: 'Полномочие не записано. {why}',
    en: 'The mandate was not recorded. {why}',
  },
  otherText: {
    ro: 'Textul s-a schimbat între timp. Reîncărcați pagina și citiți-l din nou împreună cu persoana.',
    ru: 'Текст тем временем изменился. Обновите страницу и прочитайте его снова вместе с человеком.',
    en: 'The text has changed. Reload the page, and read it with the person again.',
  },
  recorded: {
    ro: 'Împuternicirea este înregistrată',
    ru: 'Полномочие записано',
    en: 'The mandate is recorded',
  },
  notPrinted: {
    ro: 'Încă nu este tipărită. Tipăriți-o și dați-o persoanei la semnat.',
    ru: 'Ещё не напечатано. Напечатайте и дайте на подпись.',
    en: 'It is not printed yet. Print it, and let the person sign.',
  },
  printed: { ro: 'Tipărită la {date}', ru: 'Напечатано {date}', en: 'Printed on {date}' },
  print: { ro: 'Tipărește împuternicirea', ru: 'Напечатать полномочие', en: 'Print mandate' },
  replace: { ro: 'Înlocuiește', ru: 'Заменить', en: 'Replace' },
  replaced: {
    ro: 'Înlocuirea nu o revocă pe cea veche.',
    ru: 'Замена не отзывает прежнее.',
    en: 'Replacing does not revoke the former one.',
  },
  ended: {
    ro: 'Această împuternicire nu mai este valabilă pentru cerere. Înregistrați alta împreună cu persoana.',
    ru: 'Это полномочие больше не действует для заявления. Запишите новое вместе с человеком.',
    en: 'This mandate no longer covers the application. Record another one with the person.',
  },
  unknown: {
    ro: 'Împuternicirea nu se poate arăta acum.',
    ru: 'Полномочие сейчас нельзя показать.',
    en: 'The mandate cannot be shown now.',
  },
  field: { ro: 'Împuternicirea', ru: 'Полномочие', en: 'Mandate' },
  missing: {
    ro: 'Înregistrați împuternicirea persoanei sau alegeți una existentă.',
    ru: 'Запишите полномочие человека или выберите существующее.',
    en: 'Record a mandate of the person, or choose an existing one.',
  },
  toMandate: { ro: 'La împuternicire', ru: 'К полномочию', en: 'Go to the mandate' },
  supplyNeeds: {
    ro: 'Pentru a trimite documentele este nevoie de o împuternicire valabilă. Înregistrați una împreună cu persoana, apoi trimiteți.',
    ru: 'Чтобы отправить документы, нужно действующее полномочие. Запишите его вместе с человеком, затем отправьте.',
    en: 'A valid mandate is needed to send the documents. Record one with the person, then send them.',
  },
  notaryName: { ro: 'Notarul', ru: 'Нотариус', en: 'Notary' },
});
