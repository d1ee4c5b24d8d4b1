import { defineMessages } from '../language/messages.ts';

export const SESSION = defineMessages({
  title: { ro: 'Autentificare', ru: 'Вход', en: 'Sign in' },
  lead: {
    ro: 'Centre unificate de prestare a serviciilor publice',
    ru: 'Единые центры предоставления публичных услуг',
    en: 'Unified centres for public services',
  },
  testOnly: {
    ro: 'Operatori de probă: persoane care nu există.',
    ru: 'Тестовые операторы: таких людей нет.',
    en: 'Test accounts. These people are not real.',
  },
  orTest: {
    ro: 'sau, pentru probă',
    ru: 'или для проверки',
    en: 'or, for testing',
  },
  find: { ro: 'Centrul sau numele', ru: 'Центр или имя', en: 'Centre or name' },
  platform: { ro: 'Pentru toate centrele', ru: 'Для всех центров', en: 'For all centres' },
  nobody: {
    ro: 'Nu este nimeni cu acest nume.',
    ru: 'Никого с таким именем нет.',
    en: 'No operator found.',
  },
  more: { ro: 'încă {n}; scrieți mai mult', ru: 'ещё {n}; введите больше', en: '{n} more; refine your search' },
  noProvider: {
    ro: 'Intrarea nu este pregătită încă. Adresați-vă asistenței platformei.',
    ru: 'Вход ещё не настроен. Обратитесь в поддержку платформы.',
    en: 'Sign-in is not set up yet. Contact platform support.',
  },
  chooseCentre: {
    ro: 'La care centru lucrați acum?',
    ru: 'В каком центре вы сейчас работаете?',
    en: 'At which centre do you work now?',
  },
  chooseCentreFirst: { ro: 'Alegeți un centru.', ru: 'Выберите центр.', en: 'Choose a centre.' },
  workHere: { ro: 'Lucrez aici', ru: 'Работать здесь', en: 'Work here' },
  covered: {
    ro: 'Ecran acoperit. Intrați din nou.',
    ru: 'Экран закрыт. Войдите снова.',
    en: 'Screen locked. Sign in to continue.',
  },
  coveredSafe: {
    ro: 'Ce ați scris este păstrat și vă așteaptă.',
    ru: 'Введённое сохранено и ждёт вас.',
    en: 'Your input is saved.',
  },
  goOn: { ro: 'Intră din nou', ru: 'Войти снова', en: 'Sign in again' },
  somebodyElse: { ro: 'Intră altcineva', ru: 'Войти другому', en: 'Sign in as somebody else' },
  ended: {
    ro: 'Sesiunea s-a încheiat. Intrați din nou: ce ați scris este păstrat.',
    ru: 'Сеанс завершён. Войдите снова: введённое сохранено.',
    en: 'The session has ended. Sign in again: your input is saved.',
  },
  suspended: {
    ro: 'Accesul dumneavoastră este suspendat. Datele locale se șterg. Vorbiți cu managerul centrului.',
    ru: 'Ваш доступ приостановлен. Локальные данные удаляются. Обратитесь к руководителю центра.',
    en: 'Your access is suspended. Local data is deleted. Contact the manager of the centre.',
  },
  revoked: {
    ro: 'Datele locale de pe acest calculator au fost retrase de managerul centrului.',
    ru: 'Локальные данные этого компьютера отозваны руководителем центра.',
    en: 'The manager of the centre has withdrawn the local data of this computer.',
  },
  sessions: { ro: 'Sesiuni deschise', ru: 'Открытые сеансы', en: 'Open sessions' },
  since: { ro: 'din {when}', ru: 'с {when}', en: 'since {when}' },
  thisOne: { ro: 'această fereastră', ru: 'это окно', en: 'this window' },
  end: { ro: 'Încheie', ru: 'Завершить', en: 'End' },
  out: { ro: 'Ieșire', ru: 'Выйти', en: 'Sign out' },
  outWaiting: {
    ro: 'Nu au ajuns încă la platformă: {n}. Dacă ieșiți acum, se pierd. Acoperiți ecranul ca să se păstreze.',
    ru: 'Ещё не передано платформе: {n}. Если выйти сейчас, это пропадёт. Закройте экран, чтобы сохранить.',
    en: 'Not sent yet: {n}. Signing out deletes it. Lock the screen to keep it.',
  },
  outDrafts: {
    ro: 'Ce este scris pe jumătate în acest browser se șterge. Ciornele salvate rămân la centru.',
    ru: 'Недописанное в этом браузере будет удалено. Сохранённые черновики останутся в центре.',
    en: 'Signing out deletes unsaved input in this browser. Saved drafts stay at the centre.',
  },
  cover: { ro: 'Acoperă ecranul', ru: 'Закрыть экран', en: 'Lock screen' },
  away: {
    ro: 'Platforma nu răspunde. Ce scrieți se păstrează aici.',
    ru: 'Платформа не отвечает. Введённое сохраняется здесь.',
    en: 'Platform unavailable. Your input is saved here.',
  },
  awayInMemory: {
    ro: 'Platforma nu răspunde. Nu închideți pagina: acest browser nu păstrează nimic.',
    ru: 'Платформа не отвечает. Не закрывайте страницу: этот браузер ничего не сохраняет.',
    en: 'Platform unavailable. Do not close the page: this browser saves nothing.',
  },
  answers: { ro: 'Platforma răspunde', ru: 'Платформа отвечает', en: 'Platform available' },
  silent: { ro: 'Platforma nu răspunde', ru: 'Платформа не отвечает', en: 'Platform unavailable' },
  updated: { ro: 'Actualizat la {time}', ru: 'Обновлено в {time}', en: 'Updated at {time}' },
  toSend: { ro: 'de trimis: {n}', ru: 'к отправке: {n}', en: 'pending: {n}' },
  practice: {
    ro: 'Exercițiu: fără valoare juridică',
    ru: 'Учебный режим: без юридической силы',
    en: 'Training mode: no legal effect',
  },
  queue: { ro: 'Coada', ru: 'Очередь', en: 'Queue' },
  centres: { ro: 'Centre', ru: 'Центры', en: 'Centres' },
  team: { ro: 'Echipa', ru: 'Команда', en: 'Team' },
  menu: { ro: 'Meniu', ru: 'Меню', en: 'Menu' },
  newVisit: { ro: 'Vizită nouă', ru: 'Новое посещение', en: 'New visit' },
  search: { ro: 'Număr, IDNP sau nume', ru: 'Номер, IDNP или имя', en: 'Number, IDNP or name' },
  language: { ro: 'Limba paginii', ru: 'Язык страницы', en: 'Page language' },
  me: { ro: 'Contul meu', ru: 'Моя учётная запись', en: 'My account' },
  notHere: {
    ro: 'Această pagină este pentru alt rol.',
    ru: 'Эта страница для другой роли.',
    en: 'This page is for another role.',
  },
  noPage: { ro: 'Nu există o astfel de pagină.', ru: 'Такой страницы нет.', en: 'Page not found.' },
});

export const ROLES = defineMessages({
  specialist: { ro: 'specialist', ru: 'специалист', en: 'specialist' },
  'centre-manager': { ro: 'manager de centru', ru: 'руководитель центра', en: 'centre manager' },
  supervisor: { ro: 'supervizor', ru: 'супервизор', en: 'supervisor' },
  support: { ro: 'asistență', ru: 'поддержка', en: 'support' },
  'agency-clerk': { ro: 'funcționar al autorității', ru: 'сотрудник учреждения', en: 'agency clerk' },
});
