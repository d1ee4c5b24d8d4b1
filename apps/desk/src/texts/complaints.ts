import { defineMessages } from '../language/messages.ts';

/** A complaint about a silent agency: three steps at the desk. The platform sends nothing. */
export const COMPLAINTS = defineMessages({
  title: { ro: 'Plângere', ru: 'Жалоба', en: 'Complaint' },
  notSent: { ro: 'platforma nu o trimite', ru: 'платформа её не отправляет', en: 'the platform does not send it' },
  stepPrepare: {
    ro: 'Pregătiți textul din dosar.',
    ru: 'Подготовьте текст из дела.',
    en: 'Prepare the text from the file.',
  },
  stepSign: {
    ro: 'Tipăriți-l. Persoana îl citește, îl semnează și îl depune sau îl trimite prin poștă.',
    ru: 'Напечатайте. Человек читает, подписывает и подаёт или отправляет по почте.',
    en: 'Print it. The person reads it, signs it, and hands it in or posts it.',
  },
  stepAnswer: { ro: 'Notați răspunsul instituției.', ru: 'Отметьте ответ учреждения.', en: 'Record the answer.' },
  prepare: { ro: 'Pregătește plângerea', ru: 'Подготовить жалобу', en: 'Prepare the complaint' },
  prepareAgain: { ro: 'Pregătește din nou', ru: 'Подготовить заново', en: 'Prepare again' },
  pending: {
    ro: 'Se pregătește când este legătură.',
    ru: 'Подготовится, когда будет связь.',
    en: 'It is prepared with a line.',
  },
  number: { ro: 'Plângerea {n}, {agency}', ru: 'Жалоба {n}, {agency}', en: 'Complaint {n}, {agency}' },
  prepared: {
    ro: 'pregătită {when}, {operator}',
    ru: 'подготовлена {when}, {operator}',
    en: 'prepared {when}, {operator}',
  },
  read: { ro: 'Textul', ru: 'Текст', en: 'Text' },
  print: { ro: 'Tipărește plângerea', ru: 'Печать жалобы', en: 'Print the complaint' },
  filed: { ro: 'depusă {day}, {way}', ru: 'подана {day}, {way}', en: 'given on {day}, {way}' },
  registered: { ro: 'nr. {number}', ru: '№ {number}', en: 'no. {number}' },
  unanswered: { ro: 'fără răspuns de {days}', ru: 'без ответа {days}', en: 'no answer for {days}' },
  answered: { ro: 'răspuns {day}: {outcome}', ru: 'ответ {day}: {outcome}', en: 'answer on {day}: {outcome}' },
  date: { ro: 'Ziua', ru: 'День', en: 'Day' },
  way: { ro: 'Cum a ajuns la instituție', ru: 'Как подана', en: 'How the agency got it' },
  registrationNumber: {
    ro: 'Numărul de înregistrare',
    ru: 'Регистрационный номер',
    en: 'Registration number',
  },
  optional: { ro: 'opțional', ru: 'необязательно', en: 'optional' },
  saveFiling: { ro: 'Notează: semnată și depusă', ru: 'Отметить: подписана и подана', en: 'Record: signed and given' },
  outcome: { ro: 'Răspunsul', ru: 'Ответ', en: 'Answer' },
  answerText: { ro: 'Pe scurt, ce a răspuns', ru: 'Кратко: что ответили', en: 'What it answered, in short' },
  saveAnswer: { ro: 'Notează răspunsul', ru: 'Отметить ответ', en: 'Record the answer' },
  sending: { ro: 'Se notează…', ru: 'Сохраняется…', en: 'Saving…' },
  wayNeeded: { ro: 'Alegeți cum a ajuns la instituție.', ru: 'Выберите способ.', en: 'Choose how the agency got it.' },
  outcomeNeeded: { ro: 'Alegeți răspunsul.', ru: 'Выберите ответ.', en: 'Choose the answer.' },
  dateWrong: {
    ro: 'Alegeți o zi de la {day} până astăzi.',
    ru: 'Выберите день с {day} по сегодня.',
    en: 'Choose a day from {day} until today.',
  },
  replyAddress: { ro: 'Adresa pentru răspuns', ru: 'Адрес для ответа', en: 'Address for the answer' },
  signed: {
    ro: 'Am citit această plângere și o semnez.',
    ru: 'Жалоба мной прочитана и подписана.',
    en: 'I have read this complaint and sign it.',
  },
});
