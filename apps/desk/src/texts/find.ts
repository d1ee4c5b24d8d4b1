import { defineMessages } from '../language/messages.ts';

export const FIND = defineMessages({
  title: { ro: 'Cereri găsite', ru: 'Найденные заявления', en: 'Applications found' },
  'tracking-number': { ro: 'după număr: {n}', ru: 'по номеру: {n}', en: 'by number: {n}' },
  idnp: { ro: 'după IDNP: {n}', ru: 'по IDNP: {n}', en: 'by IDNP: {n}' },
  name: { ro: 'după nume: {n}', ru: 'по имени: {n}', en: 'by name: {n}' },
  telephone: { ro: 'după telefon: {n}', ru: 'по телефону: {n}', en: 'by phone: {n}' },
  'number-part': { ro: 'după o parte din număr: {n}', ru: 'по части номера: {n}', en: 'by part of the number: {n}' },
  nothing: {
    ro: 'Nu s-a găsit nimic la acest centru.',
    ru: 'В этом центре ничего не найдено.',
    en: 'Nothing was found at this centre.',
  },
  ask: {
    ro: 'Scrieți în câmpul de sus (F2):',
    ru: 'Введите в поле вверху (F2):',
    en: 'Type in the field above (F2):',
  },
  wrong: {
    ro: 'Cu ce ați scris nu se poate căuta. Se caută după:',
    ru: 'По введённому искать нельзя. Ищут по:',
    en: 'What you typed cannot be searched for. Search by:',
  },
  byNumber: {
    ro: 'numărul de urmărire, sau cel puțin 4 semne din el',
    ru: 'номер заявления или не меньше 4 знаков из него',
    en: 'tracking number, or at least 4 characters of it',
  },
  byIdnp: { ro: 'IDNP, toate cele 13 cifre', ru: 'IDNP, все 13 цифр', en: 'IDNP, all 13 digits' },
  byPhone: {
    ro: 'numărul de telefon întreg',
    ru: 'номер телефона целиком',
    en: 'full phone number',
  },
  byName: {
    ro: 'numele sau prenumele, cel puțin 3 litere',
    ru: 'фамилия или имя, не меньше 3 букв',
    en: 'family or given name, at least 3 letters',
  },
  more: {
    ro: 'Sunt mai multe: scrieți mai exact.',
    ru: 'Есть ещё: уточните запрос.',
    en: 'There are more results. Refine your search.',
  },
});
