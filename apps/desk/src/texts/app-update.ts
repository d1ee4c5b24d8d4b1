import { defineMessages } from '../language/messages.ts';

export const APP_UPDATE = defineMessages({
  title: { ro: 'Lucrul fără rețea', ru: 'Работа без сети', en: 'Work without a network' },
  stored: {
    ro: 'Pagina se deschide și fără rețea.',
    ru: 'Страница открывается и без сети.',
    en: 'The page also opens without a network.',
  },
  notPersistent: {
    ro: 'Browserul poate șterge ce păstrează pagina dacă discul se umple.',
    ru: 'Если диск заполнится, браузер может удалить то, что хранит страница.',
    en: 'The browser may delete what the page stores when the disk is full.',
  },
  noSpace: {
    ro: 'Discul este plin: pagina nouă nu s-a putut păstra. Eliberați spațiu pe disc.',
    ru: 'Диск заполнен: новую страницу не удалось сохранить. Освободите место на диске.',
    en: 'The disk is full: the new page could not be stored. Free some space.',
  },
  failed: {
    ro: 'Pagina nu s-a putut păstra pentru lucrul fără rețea. Browserul încearcă din nou.',
    ru: 'Не удалось сохранить страницу для работы без сети. Браузер попробует снова.',
    en: 'The page could not be stored for work without a network. The browser tries again.',
  },
  notStored: {
    ro: 'Pagina nu se deschide încă fără rețea.',
    ru: 'Страница пока не открывается без сети.',
    en: 'The page does not open without a network yet.',
  },
  updateReady: {
    ro: 'O versiune nouă a paginii este gata. Se deschide când nu scrie nimeni.',
    ru: 'Новая версия страницы готова. Она откроется, когда никто не печатает.',
    en: 'A new release of the page is ready. It opens when nobody types.',
  },
  takingUpdate: {
    ro: 'Versiunea nouă se deschide singură, de obicei imediat, cel târziu în cinci minute.',
    ru: 'Новая версия откроется сама, обычно сразу, не позже чем через пять минут.',
    en: 'The new version opens by itself, usually at once, within five minutes at the latest.',
  },
  takeUpdate: { ro: 'Deschide acum', ru: 'Открыть сейчас', en: 'Open now' },
});
