import { defineMessages } from '../language/messages.ts';

/** An application that was taken at the desk and waits for the platform: its screen and its receipt. */
export const TAKEN = defineMessages({
  title: {
    ro: 'Luată la ghișeu, încă neînregistrată',
    ru: 'Принято в центре, ещё не зарегистрировано',
    en: 'Taken at the desk, not yet registered',
  },
  receiptTitle: {
    ro: 'Recipisă: cererea a fost luată la ghișeu, încă neînregistrată',
    ru: 'Расписка: заявление принято в центре, ещё не зарегистрировано',
    en: 'Receipt: the application was taken at the desk, not yet registered',
  },
  numberHelp: {
    ro: 'Numărul rămâne același. Starea cererii se vede după înregistrare.',
    ru: 'Номер останется тем же. Состояние заявления видно после регистрации.',
    en: 'The number stays the same. The state of the application is visible once it is registered.',
  },
  takenAt: { ro: 'Luată la ghișeu', ru: 'Принято в центре', en: 'Taken at the desk' },
  since: {
    ro: 'Luată la ghișeu la {time} și păstrată pe acest calculator.',
    ru: 'Принято в центре {time} и сохранено на этом компьютере.',
    en: 'Taken at the desk on {time} and stored on this PC.',
  },
  sends: {
    ro: 'Se trimite automat când platforma răspunde din nou; nu o depuneți încă o dată.',
    ru: 'Отправится автоматически, когда платформа снова ответит; не подавайте ещё раз.',
    en: 'It is sent automatically when the platform is available again. Do not submit it again.',
  },
  term: {
    ro: 'Termenul instituției începe când cererea este înregistrată; până atunci nu există o dată a răspunsului.',
    ru: 'Срок учреждения начинается с регистрации заявления; до этого даты ответа нет.',
    en: 'The term of the agency starts when the application is registered. Until then there is no date of the answer.',
  },
  printedNumber: {
    ro: 'Păstrați numărul: rămâne același după înregistrare. De atunci starea cererii se vede la {address} sau la centru.',
    ru: 'Храните номер: после регистрации он останется тем же. С этого момента состояние заявления видно на {address} или в центре.',
    en: 'Keep the number. It stays the same once the application is registered. From then on its state is visible at {address} or at the centre.',
  },
  toUnsent: { ro: 'Vezi ce este de trimis', ru: 'К неотправленному', en: 'View unsent acts' },
  refused: {
    ro: 'Platforma nu a primit-o. {why}',
    ru: 'Платформа не приняла его. {why}',
    en: 'The platform did not accept it. {why}',
  },
  goOn: { ro: 'Continuă ciorna', ru: 'Продолжить черновик', en: 'Continue the draft' },
  reopen: { ro: 'Deschide ciorna', ru: 'Открыть черновик', en: 'Open the draft' },
});
