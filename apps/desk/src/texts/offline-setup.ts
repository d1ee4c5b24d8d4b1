import { defineMessages } from '../language/messages.ts';

/** The set-up of work without the platform, and what follows without it. */
export const OFFLINE_SETUP = defineMessages({
  ask: {
    ro: 'Pregătiți cele șase cuvinte: durează un minut. Fără ele, când legătura lipsește, ecranul acoperit nu se mai deschide până revine platforma.',
    ru: 'Получите шесть слов: это займёт минуту. Без них при отсутствии связи закрытый экран не откроется, пока платформа не ответит.',
    en: 'Set up the six words: it takes a minute. Without them, a locked screen opens only once the platform is available again.',
  },
  setUp: { ro: 'Pregătește', ru: 'Получить', en: 'Set up' },
  later: { ro: 'Mâine', ru: 'Завтра', en: 'Tomorrow' },
  lockTitle: { ro: 'Acoperiți ecranul?', ru: 'Закрыть экран?', en: 'Lock the screen?' },
  lockAsk: {
    ro: 'Platforma nu răspunde, iar cele șase cuvinte nu sunt pregătite. Dacă acoperiți ecranul, pagina se deschide abia când revine platforma. Ce ați făcut se păstrează.',
    ru: 'Платформа не отвечает, а шесть слов не настроены. Если закрыть экран, страница откроется только после ответа платформы. Сделанное сохранится.',
    en: 'The platform is unavailable, and the six words are not set up. If you lock the screen, the page opens only once the platform is available. What you did is kept.',
  },
  lockYes: { ro: 'Acoperă totuși', ru: 'Всё равно закрыть', en: 'Lock anyway' },
  stay: { ro: 'Lucrez mai departe', ru: 'Продолжить работу', en: 'Go on working' },
});
