import { defineMessages } from '../language/messages.ts';

/** The public page on which the holder of a code sees and revokes a mandate. */
export const MANDATE_TRACKING = defineMessages({
  title: { ro: 'Împuternicirea dumneavoastră', ru: 'Ваше полномочие', en: 'Your mandate' },
  page: { ro: 'CUPS: împuternicirea', ru: 'CUPS: полномочие', en: 'CUPS: mandate' },
  help: {
    ro: '14 litere și cifre de pe împuternicirea tipărită. Nu este numărul cererii.',
    ru: '14 букв и цифр с напечатанного полномочия. Это не номер заявления.',
    en: '14 letters and digits from the printed mandate. Not the number of an application.',
  },
  ask: { ro: 'Arată împuternicirea', ru: 'Показать полномочие', en: 'Show the mandate' },
  noCode: {
    ro: 'Scrieți codul de pe împuternicirea tipărită.',
    ru: 'Введите код с напечатанного полномочия.',
    en: 'Enter the code from the printed mandate.',
  },
  misread: {
    ro: 'Codul nu este întreg sau are o greșeală. Comparați-l cu foaia tipărită.',
    ru: 'Код неполный или с ошибкой. Сверьте его с напечатанным листом.',
    en: 'The code is incomplete or has a mistake. Compare it with the printed sheet.',
  },
  unknown: {
    ro: 'Nu găsim acest cod. Comparați-l cu foaia tipărită sau întrebați la centru.',
    ru: 'Этот код не найден. Сверьте его с напечатанным листом или спросите в центре.',
    en: 'Code not found. Compare it with the printed sheet, or ask at the centre.',
  },
  active: { ro: 'Împuternicirea este valabilă', ru: 'Полномочие действует', en: 'The mandate is active' },
  revoked: { ro: 'Împuternicirea este revocată', ru: 'Полномочие отозвано', en: 'The mandate is revoked' },
  expired: { ro: 'Împuternicirea a expirat', ru: 'Срок полномочия истёк', en: 'The mandate has expired' },
  meaning: {
    ro: 'Centrul „{centre}” poate depune în numele dumneavoastră cereri la autorități, poate primi răspunsurile și vă transmite rezultatele, pentru ce scrie mai jos.',
    ru: 'Центр «{centre}» может подавать от вашего имени заявления в органы, получать ответы и передавать вам результаты — на то, что указано ниже.',
    en: 'The centre “{centre}” may file applications with agencies on your behalf, receive the replies and pass the results on to you, for what is listed below.',
  },
  meaningRepresented: {
    ro: 'Centrul „{centre}” poate depune cereri în numele persoanei reprezentate, poate primi răspunsurile și transmite rezultatele, pentru ce scrie mai jos.',
    ru: 'Центр «{centre}» может подавать заявления от имени представляемого лица, получать ответы и передавать результаты — на то, что указано ниже.',
    en: 'The centre “{centre}” may file applications on behalf of the represented person, receive the replies and pass the results on, for what is listed below.',
  },
  over: {
    ro: 'Centrul nu mai poate depune cereri cu ea.',
    ru: 'Центр больше не может подавать по нему заявления.',
    en: 'The centre can no longer file applications with it.',
  },
  text: { ro: 'Textul pe care l-ați semnat', ru: 'Текст, который вы подписали', en: 'The text that you signed' },
  textMore: {
    ro: 'Comparați textul și suma de control cu foaia semnată.',
    ru: 'Сравните текст и контрольную сумму с подписанным листом.',
    en: 'Compare the text and the hash with the signed sheet.',
  },
  applications: {
    ro: 'Depuse cu această împuternicire',
    ru: 'Подано по этому полномочию',
    en: 'Filed under this mandate',
  },
  noApplications: { ro: 'Încă nu s-a depus nimic.', ru: 'Пока ничего не подано.', en: 'Nothing has been filed yet.' },
  moreApplications: {
    ro: 'Sunt arătate ultimele 100. Întrebați la centru despre celelalte.',
    ru: 'Показаны последние 100. Об остальных спросите в центре.',
    en: 'The newest 100 are shown. Ask at the centre about the others.',
  },
  applicationsAway: {
    ro: 'Cererile nu se pot arăta acum. Încercați din nou peste câteva minute.',
    ru: 'Заявления сейчас нельзя показать. Попробуйте снова через несколько минут.',
    en: 'The applications cannot be shown now. Try again in a few minutes.',
  },
  revokeTitle: { ro: 'Revocare', ru: 'Отзыв', en: 'Revocation' },
  choose: { ro: 'Ce revocați', ru: 'Что отозвать', en: 'What to revoke' },
  chooseNone: {
    ro: 'Bifați cel puțin o parte sau revocați tot.',
    ru: 'Отметьте хотя бы одну часть или отзовите всё.',
    en: 'Select at least one part, or revoke everything.',
  },
  revokeParts: { ro: 'Revocă ce am ales', ru: 'Отозвать выбранное', en: 'Revoke the selected parts' },
  revokeAll: { ro: 'Revocă tot', ru: 'Отозвать всё', en: 'Revoke everything' },
  sureAll: {
    ro: 'Revocați toată împuternicirea?',
    ru: 'Отозвать полномочие полностью?',
    en: 'Revoke the whole mandate?',
  },
  surePart: { ro: 'Revocați doar aceasta?', ru: 'Отозвать только это?', en: 'Revoke only this?' },
  sure: { ro: 'Da, revocă', ru: 'Да, отозвать', en: 'Yes, revoke' },
  keep: { ro: 'Nu, păstrează', ru: 'Нет, оставить', en: 'No, keep it' },
  final: {
    ro: 'Revocarea nu se poate anula. La centru puteți da o împuternicire nouă.',
    ru: 'Отзыв нельзя отменить. В центре можно выдать новое полномочие.',
    en: 'A revocation cannot be undone. You can grant a new mandate at the centre.',
  },
  ended: {
    ro: 'Ce ați ales era deja încheiat. Starea de acum este mai sus.',
    ru: 'Выбранное уже не действовало. Текущее состояние указано выше.',
    en: 'What you selected had already ended. The current state is above.',
  },
  done: {
    ro: 'Revocarea este înregistrată. Ajunge la centru în cel mult un minut.',
    ru: 'Отзыв записан. В центр он поступит не позднее чем через минуту.',
    en: 'The revocation is recorded. It reaches the centre within a minute.',
  },
  print: { ro: 'Tipărește recipisa', ru: 'Напечатать расписку', en: 'Print the receipt' },
  printFailed: {
    ro: 'Recipisa nu s-a putut tipări. Notați numărul ei.',
    ru: 'Не удалось напечатать расписку. Запишите её номер.',
    en: 'The receipt could not be printed. Note its number.',
  },
  secret: {
    ro: 'Cine are codul vede împuternicirea cu textul ei și o poate revoca. Nu-l dați altcuiva.',
    ru: 'У кого есть код, тот видит полномочие с его текстом и может его отозвать. Не давайте код другим.',
    en: 'Anyone with the code sees the mandate with its text, and can revoke it. Do not give it to others.',
  },
});
