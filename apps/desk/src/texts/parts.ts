import { defineMessages } from '../language/messages.ts';

/** Texts of shared components. */
export const PARTS = defineMessages({
  close: { ro: 'Închide', ru: 'Закрыть', en: 'Close' },
  loading: { ro: 'Se încarcă', ru: 'Загрузка', en: 'Loading' },
  again: { ro: 'Încearcă din nou', ru: 'Попробовать снова', en: 'Try again' },
  optional: { ro: 'opțional', ru: 'необязательно', en: 'optional' },
  summary: { ro: 'De corectat', ru: 'Нужно исправить', en: 'There is a problem' },
  failed: { ro: 'Pagina nu s-a putut încărca.', ru: 'Страница не загрузилась.', en: 'The page could not be loaded.' },
  failedSafe: {
    ro: 'Ce ați scris este păstrat.',
    ru: 'Введённое сохранено.',
    en: 'Your input is saved.',
  },
  awayRead: {
    ro: 'Platforma nu răspunde acum. Încercăm din nou singuri.',
    ru: 'Платформа сейчас не отвечает. Попробуем снова сами.',
    en: 'The platform is unavailable now. The page will try again automatically.',
  },
  notFound: {
    ro: 'Cererea nu există sau nu este la acest centru.',
    ru: 'Заявление не найдено или относится к другому центру.',
    en: 'The application does not exist, or belongs to another centre.',
  },
  toQueue: { ro: 'Înapoi la coadă', ru: 'К очереди', en: 'Back to the queue' },
  yes: { ro: 'Da', ru: 'Да', en: 'Yes' },
  no: { ro: 'Nu', ru: 'Нет', en: 'No' },
  skip: { ro: 'Sari la conținut', ru: 'К содержанию', en: 'Skip to content' },
});
