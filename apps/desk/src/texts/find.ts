import { texts } from '../language/text.ts';

export const FIND = texts({
  title: { ro: 'Cereri găsite', ru: 'Найденные заявления', en: 'Applications found' },
  'tracking-number': { ro: 'după număr: {n}', ru: 'по номеру: {n}', en: 'by number: {n}' },
  idnp: { ro: 'după IDNP: {n}', ru: 'по IDNP: {n}', en: 'by IDNP: {n}' },
  name: { ro: 'după nume: {n}', ru: 'по имени: {n}', en: 'by name: {n}' },
  nothing: {
    ro: 'Nu s-a găsit nimic la acest centru. Verificați numărul, sau scrieți începutul numelui.',
    ru: 'В этом центре ничего не найдено. Проверьте номер или введите начало имени.',
    en: 'Nothing was found at this centre. Check the number, or type the beginning of the name.',
  },
  ask: {
    ro: 'Scrieți sus un număr de urmărire, un IDNP sau un nume (F2).',
    ru: 'Введите вверху номер, IDNP или имя (F2).',
    en: 'Type a tracking number, an IDNP or a name above (F2).',
  },
  more: {
    ro: 'Sunt mai multe: scrieți mai exact.',
    ru: 'Есть ещё: уточните запрос.',
    en: 'There are more: be more exact.',
  },
});
