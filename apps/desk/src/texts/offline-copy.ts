import { defineMessages } from '../language/messages.ts';

export const OFFLINE_COPY = defineMessages({
  from: {
    ro: 'Date din {time}, păstrate pe acest calculator',
    ru: 'Данные на {time}, сохранённые на этом компьютере',
    en: 'Data from {time}, stored on this PC',
  },
  search: {
    ro: 'Se caută numai în dosarele copiate pe acest calculator.',
    ru: 'Поиск идёт только по делам, скопированным на этот компьютер.',
    en: 'Only the files copied to this PC are searched.',
  },
});
