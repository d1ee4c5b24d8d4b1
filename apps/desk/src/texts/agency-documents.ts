import { defineMessages } from '../language/messages.ts';

/** Documents in the page of an agency. */
export const AGENCY_DOCUMENTS = defineMessages({
  title: { ro: 'Documentul rezultatului', ru: 'Документ результата', en: 'Document of the result' },
  attach: { ro: 'Atașez documentul', ru: 'Приложить документ', en: 'Attach the document' },
  formats: {
    ro: 'PDF, JPEG sau PNG, cel mult 10 MB. Opțional.',
    ru: 'PDF, JPEG или PNG, не более 10 МБ. Необязательно.',
    en: 'PDF, JPEG or PNG, at most 10 MB. Optional.',
  },
  remove: { ro: 'Scot documentul', ru: 'Убрать документ', en: 'Remove the document' },
  retry: { ro: 'Încarc din nou', ru: 'Загрузить ещё раз', en: 'Upload again' },
  copies: { ro: 'Copiile scanate', ru: 'Сканы', en: 'Scanned copies' },
});
