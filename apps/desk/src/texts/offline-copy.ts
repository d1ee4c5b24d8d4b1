import { defineMessages } from '../language/messages.ts';

export const OFFLINE_COPY = defineMessages({
  from: {
    ro: 'Date din {time}, fără legătură',
    ru: 'Данные на {time}, без связи',
    en: 'Data from {time}, offline',
  },
  search: {
    ro: 'Se caută numai în dosarele copiate pe acest calculator.',
    ru: 'Поиск идёт только по делам, скопированным на этот компьютер.',
    en: 'Only the files copied to this PC are searched.',
  },
});
