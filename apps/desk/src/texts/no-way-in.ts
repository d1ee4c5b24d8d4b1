import { defineMessages } from '../language/messages.ts';

/** In the first script: a page without a line loads nothing more. */
export const NO_WAY_IN = defineMessages({
  why: {
    ro: 'Platforma nu răspunde, iar pe acest calculator nu sunt pregătite cele șase cuvinte. Pagina se deschide singură când revine platforma. Ce s-a făcut aici s-a păstrat.',
    ru: 'Платформа не отвечает, а на этом компьютере шесть слов не настроены. Страница откроется сама, когда платформа ответит. Сделанное здесь сохранено.',
    en: 'The platform is unavailable, and the six words are not set up on this computer. The page opens by itself once the platform is available. What was done here is kept.',
  },
  retry: { ro: 'Încearcă legătura', ru: 'Проверить связь', en: 'Try the connection' },
});
