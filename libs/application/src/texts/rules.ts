import type { Rule } from '@cups/problem';
import type { Text } from './text.ts';

/** Texts for invalid fields. They say what to do. Numbers follow a colon, so that no plural form is needed. */
export const RULE_TEXTS: Record<Rule, Text> = {
  INVALID: {
    ro: 'Valoarea nu este corectă. Verificați-o.',
    ru: 'Значение указано неверно. Проверьте его.',
    en: 'The value is not valid. Check it.',
  },
  REQUIRED: { ro: 'Completați acest câmp.', ru: 'Заполните это поле.', en: 'Fill in this field.' },
  REQUIRED_WITH: {
    ro: 'Completați și acest câmp: este legat de „{other}”.',
    ru: 'Заполните и это поле: оно связано с полем «{other}».',
    en: 'Fill in this field too: it goes with “{other}”.',
  },
  NOT_ALLOWED: {
    ro: 'Lăsați acest câmp gol.',
    ru: 'Оставьте это поле пустым.',
    en: 'Leave this field empty.',
  },
  UNKNOWN_FIELD: {
    ro: 'Acest câmp nu este cunoscut. Actualizați pagina.',
    ru: 'Это поле неизвестно. Обновите страницу.',
    en: 'This field is not known. Reload the page.',
  },
  EXACTLY_ONE: {
    ro: 'Completați numai unul dintre câmpuri: {names}.',
    ru: 'Заполните только одно из полей: {names}.',
    en: 'Fill in only one of the fields: {names}.',
  },
  CONTRADICTION: {
    ro: 'Nu se potrivește cu „{other}”. Păstrați una dintre ele.',
    ru: 'Не согласуется с полем «{other}». Оставьте что-то одно.',
    en: 'This contradicts “{other}”. Keep one of them.',
  },
  TYPE: {
    ro: 'Valoarea este de alt tip. Scrieți-o din nou.',
    ru: 'Значение другого типа. Введите его заново.',
    en: 'The value is of another type. Enter it again.',
  },
  ONE_OF: {
    ro: 'Alegeți una dintre variante.',
    ru: 'Выберите один из вариантов.',
    en: 'Choose one of the options.',
  },
  NO_MATCHING_ALTERNATIVE: {
    ro: 'Datele nu se potrivesc cu nicio variantă. Verificați-le.',
    ru: 'Данные не подходят ни под один вариант. Проверьте их.',
    en: 'The data match none of the options. Check them.',
  },
  UNKNOWN_VALUE: {
    ro: 'Această valoare nu este cunoscută. Alegeți alta.',
    ru: 'Это значение неизвестно. Выберите другое.',
    en: 'This value is not known. Choose another.',
  },
  REFERENCE: {
    ro: 'Copia nu ține de această cerere sau de acest document. Atașați-o din nou.',
    ru: 'Копия не относится к этому заявлению или к этому документу. Приложите её снова.',
    en: 'The copy does not belong to this application or this document. Attach it again.',
  },
  FORBIDDEN_VALUE: {
    ro: 'Această valoare nu se admite aici. Alegeți alta.',
    ru: 'Это значение здесь не допускается. Выберите другое.',
    en: 'This value is not allowed here. Choose another.',
  },
  OPEN_PLACEHOLDER: {
    ro: 'Completați locurile dintre paranteze pătrate. În text puneți paranteze rotunde.',
    ru: 'Заполните места в квадратных скобках. В тексте ставьте круглые скобки.',
    en: 'Fill in the places in square brackets. Use round brackets in a text.',
  },
  MIN_LENGTH: {
    ro: 'Prea scurt. Numărul minim de caractere: {min}.',
    ru: 'Слишком коротко. Минимальное число знаков: {min}.',
    en: 'Too short. Characters needed: {min}.',
  },
  MAX_LENGTH: {
    ro: 'Prea lung. Numărul maxim de caractere: {max}.',
    ru: 'Слишком длинно. Максимальное число знаков: {max}.',
    en: 'Too long. Characters allowed: {max}.',
  },
  MIN_ITEMS: {
    ro: 'Adăugați în listă. Numărul minim de rânduri: {min}.',
    ru: 'Добавьте в список. Минимальное число строк: {min}.',
    en: 'Add to the list. Entries needed: {min}.',
  },
  MAX_ITEMS: {
    ro: 'Scoateți din listă. Numărul maxim de rânduri: {max}.',
    ru: 'Сократите список. Максимальное число строк: {max}.',
    en: 'Shorten the list. Entries allowed: {max}.',
  },
  UNIQUE_ITEMS: {
    ro: 'Scoateți din listă ce se repetă.',
    ru: 'Уберите повторы из списка.',
    en: 'Remove duplicates from the list.',
  },
  MIN_PROPERTIES: {
    ro: 'Completați mai multe câmpuri. Numărul minim: {min}.',
    ru: 'Заполните больше полей. Минимальное число: {min}.',
    en: 'Fill in more fields. Needed: {min}.',
  },
  MAX_PROPERTIES: {
    ro: 'Prea multe câmpuri. Numărul maxim: {max}.',
    ru: 'Слишком много полей. Максимальное число: {max}.',
    en: 'Too many fields. Allowed: {max}.',
  },
  MINIMUM: {
    ro: 'Scrieți un număr nu mai mic de {min}.',
    ru: 'Введите число не меньше {min}.',
    en: 'Enter a number not below {min}.',
  },
  MAXIMUM: {
    ro: 'Scrieți un număr nu mai mare de {max}.',
    ru: 'Введите число не больше {max}.',
    en: 'Enter a number not above {max}.',
  },
  EXCLUSIVE_MINIMUM: {
    ro: 'Scrieți un număr mai mare de {bound}.',
    ru: 'Введите число больше {bound}.',
    en: 'Enter a number above {bound}.',
  },
  EXCLUSIVE_MAXIMUM: {
    ro: 'Scrieți un număr mai mic de {bound}.',
    ru: 'Введите число меньше {bound}.',
    en: 'Enter a number below {bound}.',
  },
  MULTIPLE_OF: {
    ro: 'Scrieți un multiplu de {step}.',
    ru: 'Введите число, кратное {step}.',
    en: 'Enter a multiple of {step}.',
  },
  PATTERN: {
    ro: 'Scrieți în forma cerută. Comparați cu documentul.',
    ru: 'Введите в нужной форме. Сверьте с документом.',
    en: 'Enter it in the required format. Compare with the document.',
  },
  CONTROL_CHARACTERS: {
    ro: 'Scrieți pe un singur rând, fără semne ascunse.',
    ru: 'Введите в одну строку, без скрытых знаков.',
    en: 'Enter one line, without hidden characters.',
  },
  CODE: {
    ro: 'Codul nu este corect. Alegeți din listă.',
    ru: 'Код указан неверно. Выберите из списка.',
    en: 'The code is not valid. Choose from the list.',
  },
  DATE: {
    ro: 'Această zi nu există. Scrieți ziua, luna și anul.',
    ru: 'Такого дня нет. Укажите день, месяц и год.',
    en: 'This date does not exist. Enter day, month and year.',
  },
  DATE_TIME: {
    ro: 'Scrieți ziua și ora.',
    ru: 'Укажите день и время.',
    en: 'Enter the date and the time.',
  },
  TIME: { ro: 'Scrieți ora și minutele.', ru: 'Укажите часы и минуты.', en: 'Enter hours and minutes.' },
  EMAIL: {
    ro: 'Scrieți adresa de e-mail în forma nume@exemplu.md, fără diacritice.',
    ru: 'Введите адрес электронной почты в виде имя@пример.md латинскими буквами.',
    en: 'Enter the email address in the form name@example.md, without diacritics.',
  },
  PERSON_NAME: {
    ro: 'Scrieți numele doar cu litere, cratimă, apostrof și spațiu.',
    ru: 'Имя состоит только из букв, дефиса, апострофа и пробела.',
    en: 'Enter the name with letters, hyphens, apostrophes and spaces only.',
  },
  PHONE: {
    ro: 'Scrieți +373 și opt cifre.',
    ru: 'Введите +373 и восемь цифр.',
    en: 'Enter +373 and eight digits.',
  },
  URI: {
    ro: 'Scrieți adresa paginii întreagă, cu https://.',
    ru: 'Введите полный адрес страницы, с https://.',
    en: 'Enter the full URL, with https://.',
  },
  UUID: {
    ro: 'Identificatorul nu este corect. Actualizați pagina.',
    ru: 'Идентификатор указан неверно. Обновите страницу.',
    en: 'The ID is not valid. Reload the page.',
  },
  ULID: {
    ro: 'Identificatorul cererii nu este corect. Actualizați pagina.',
    ru: 'Идентификатор заявления указан неверно. Обновите страницу.',
    en: 'The ID of the application is not valid. Reload the page.',
  },
  TRACKING_NUMBER: {
    ro: 'Verificați numărul de urmărire: 14 semne, ultimul e de control.',
    ru: 'Проверьте номер отслеживания: 14 знаков, последний — контрольный.',
    en: 'Check the tracking number: 14 characters, the last is a check character.',
  },
  IDNP: {
    ro: 'Ultima cifră nu se potrivește. Comparați cu buletinul.',
    ru: 'Последняя цифра не сходится. Сверьте с удостоверением.',
    en: 'The last digit does not match. Compare with the card.',
  },
  IDNO: {
    ro: 'Ultima cifră nu se potrivește. Comparați cu documentul organizației.',
    ru: 'Последняя цифра не сходится. Сверьте с документом организации.',
    en: 'The last digit does not match. Compare with the document of the organisation.',
  },
  IBAN: {
    ro: 'IBAN-ul nu este corect. Comparați cu documentul băncii.',
    ru: 'Неверный IBAN. Сверьте с документом банка.',
    en: 'The IBAN is not valid. Compare with the bank document.',
  },
  RESOURCE_NAME: {
    ro: 'Denumirea nu este de forma {form}. Actualizați pagina.',
    ru: 'Имя не имеет вида {form}. Обновите страницу.',
    en: 'The name does not have the form {form}. Reload the page.',
  },
  PAGE_TOKEN: {
    ro: 'Lista s-a schimbat. Deschideți-o din nou.',
    ru: 'Список изменился. Откройте его снова.',
    en: 'The list has changed. Open it again.',
  },
  NOT_JSON: {
    ro: 'Datele nu au putut fi citite. Trimiteți din nou.',
    ru: 'Данные не удалось прочитать. Отправьте снова.',
    en: 'The data could not be read. Send them again.',
  },
  TRUNCATED: {
    ro: 'Datele nu au ajuns întregi. Trimiteți din nou.',
    ru: 'Данные дошли не полностью. Отправьте снова.',
    en: 'The data are incomplete. Send them again.',
  },
  DUPLICATE_MEMBER: {
    ro: 'Câmpul „{name}” apare de două ori. Actualizați pagina.',
    ru: 'Поле «{name}» указано дважды. Обновите страницу.',
    en: 'The field “{name}” occurs twice. Reload the page.',
  },
  TOO_DEEP: {
    ro: 'Răspunsurile sunt prea imbricate. Numărul maxim de niveluri: {max}.',
    ru: 'Слишком большая вложенность ответов. Максимальное число уровней: {max}.',
    en: 'The answers are nested too deeply. Levels allowed: {max}.',
  },
  TOO_LARGE: {
    ro: 'Textul este prea lung. Scurtați răspunsurile: împreună încap {maxKiB} KiB.',
    ru: 'Слишком много текста. Сократите ответы: всего помещается {maxKiB} КиБ.',
    en: 'The text is too long. Shorten the answers to {maxKiB} KiB in total.',
  },
  INVALID_MEMBER_NAME: {
    ro: 'Un răspuns are o denumire care nu poate fi păstrată. Actualizați pagina.',
    ru: 'Имя одного из ответов нельзя сохранить. Обновите страницу.',
    en: 'An answer has an invalid name. Reload the page.',
  },
  NOT_UNICODE: {
    ro: 'Textul conține un semn stricat. Scrieți-l din nou.',
    ru: 'В тексте испорченный знак. Введите текст заново.',
    en: 'The text contains an invalid character. Enter it again.',
  },
  NUMBER_OUT_OF_RANGE: {
    ro: 'Numărul este prea mare. Verificați-l.',
    ru: 'Число слишком велико. Проверьте его.',
    en: 'The number is too large. Check it.',
  },
  COUNTRY: {
    ro: 'Alegeți statul care a eliberat actul, altul decât Moldova.',
    ru: 'Выберите государство, выдавшее документ, кроме Молдовы.',
    en: 'Choose the state that issued the document, other than Moldova.',
  },
  FOREIGN_DOCUMENT_NOT_TAKEN: {
    ro: 'Instituția cere IDNP și nu primește acte ale altui stat.',
    ru: 'Учреждение требует IDNP и не принимает документы другого государства.',
    en: 'The agency requires an IDNP and accepts no foreign documents.',
  },
  CONTACT_MISSING: {
    ro: 'Scrieți un telefon sau un e-mail, sau notați că persoana nu are.',
    ru: 'Укажите телефон или электронную почту, либо отметьте, что их нет.',
    en: 'Enter a phone number or an email address, or choose that there is none.',
  },
  MANDATE_REQUIRED: {
    ro: 'Pentru altă persoană este nevoie de procură, rudenie sau tutelă. Alegeți temeiul.',
    ru: 'Для другого лица нужна доверенность, родство или опека. Выберите основание.',
    en: 'For another person a power of attorney, kinship or guardianship is required. Choose one.',
  },
  MANDATE_UNKNOWN: {
    ro: 'Centrul nu are acest mandat. Alegeți un mandat al persoanei sau înregistrați unul nou.',
    ru: 'У центра нет такого полномочия. Выберите полномочие этого лица или оформите новое.',
    en: 'The centre does not hold this mandate. Choose a mandate of the person or record a new one.',
  },
  EVIDENCE_MISSING: {
    ro: 'Lipsește documentul: {kind}.',
    ru: 'Нет документа: {kind}.',
    en: 'This document is missing: {kind}.',
  },
  EVIDENCE_NOT_VERIFIED: {
    ro: 'Verificați originalul sau atașați o copie: {kind}.',
    ru: 'Посмотрите оригинал или приложите копию: {kind}.',
    en: 'Check the original or attach a copy: {kind}.',
  },
  OCCUR_TIME_RANGE: {
    ro: 'Ora nu se admite. Minute în urmă, cel mult: {minutes}; secunde înainte, cel mult: {seconds}.',
    ru: 'Такое время не принимается. Минут назад, не больше: {minutes}; секунд вперёд, не больше: {seconds}.',
    en: 'This time is not accepted. Minutes ago, at most: {minutes}; seconds ahead, at most: {seconds}.',
  },
  PAY_TIME_RANGE: {
    ro: 'Verificați data de pe bon. Zile în urmă, cel mult: {days}.',
    ru: 'Проверьте дату на чеке. Дней назад, не больше: {days}.',
    en: 'Check the date on the receipt. Days ago, at most: {days}.',
  },
  TOO_MANY_CHANGES: {
    ro: 'Nu se mai poate schimba. Numărul maxim de schimbări: {max}.',
    ru: 'Больше изменить нельзя. Максимум изменений: {max}.',
    en: 'No more changes are possible. Limit: {max}.',
  },
  TOO_MANY_NOTES: {
    ro: 'Nu mai încap note. Numărul maxim la o cerere: {max}.',
    ru: 'Больше заметок не помещается. Максимум на заявление: {max}.',
    en: 'No more notes are possible. Limit for one application: {max}.',
  },
  NOT_AFTER: {
    ro: 'Alegeți o dată nu mai târziu de „{other}”.',
    ru: 'Выберите дату не позже поля «{other}».',
    en: 'Choose a date not after “{other}”.',
  },
  NOT_BEFORE: {
    ro: 'Alegeți o dată nu mai devreme de „{other}”.',
    ru: 'Выберите дату не раньше поля «{other}».',
    en: 'Choose a date not before “{other}”.',
  },
  PERIOD_LENGTH: {
    ro: 'Alegeți o perioadă mai scurtă. Numărul maxim de zile: {days}.',
    ru: 'Выберите период короче. Максимальное число дней: {days}.',
    en: 'Choose a shorter period. Days allowed: {days}.',
  },
  SEARCH_TEXT: {
    ro: 'Scrieți numărul de urmărire (cel puțin {symbols} semne), toate cele 13 cifre ale IDNP-ului, telefonul întreg sau numele (litere, cel puțin: {letters}).',
    ru: 'Введите номер (знаков, не меньше: {symbols}), все 13 цифр IDNP, телефон целиком или имя (букв, не меньше: {letters}).',
    en: 'Enter the tracking number (characters, at least: {symbols}), all 13 digits of the IDNP, the full phone number, or the name (letters, at least: {letters}).',
  },
};
