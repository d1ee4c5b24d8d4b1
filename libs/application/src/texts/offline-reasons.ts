import type { Text } from './text.ts';

/** Reasons about work without a connection, for operators. */
export const OFFLINE_REASON_TEXTS = {
  ANSWER_DATE_PASSED: {
    ro: 'Termenul de prezentare a documentelor a trecut. După ce cererea expiră, depuneți una nouă.',
    ru: 'Срок представления документов прошёл. Когда заявление закроется, подайте новое.',
    en: 'The date to supply the documents has passed. Once the application has expired, open a new one.',
  },
  DESK_TIME_UNBOUNDED: {
    ro: 'Ora acestui calculator nu poate fi confirmată, iar termenul a trecut între timp. Decide un supervizor.',
    ru: 'Время этого компьютера нельзя подтвердить, а срок тем временем прошёл. Решает супервизор.',
    en: 'The time of this computer cannot be confirmed, and the date has passed meanwhile. A supervisor decides.',
  },
  CENTRE_MISMATCH: {
    ro: 'Acțiunea s-a făcut la alt centru. Se trimite când lucrați la acel centru.',
    ru: 'Действие выполнено в другом центре. Оно уйдёт, когда вы работаете в том центре.',
    en: 'The act was done at another centre. It is sent when you work at that centre.',
  },
  DEVICE_REVOKED: {
    ro: 'Acest calculator a fost deconectat de conducere. Datele păstrate pe el se șterg. Adresați-vă conducerii centrului.',
    ru: 'Этот компьютер отключён руководством. Сохранённые на нём данные удаляются. Обратитесь к руководству центра.',
    en: 'The management disconnected this computer. The data kept on it are removed. Ask the manager of the centre.',
  },
  OFFLINE_CLAIM_INVALID: {
    ro: 'Dovada lucrului fără legătură nu se poate verifica. Intrați ca autorul acțiunii, la centrul ei, și predați-o supervizorului.',
    ru: 'Подтверждение работы без связи нельзя проверить. Войдите как автор действия, в его центре, и передайте его супервизору.',
    en: 'The proof of work without a line cannot be verified. Sign in as the author, at the centre of the act, and hand it in.',
  },
  EARLIER_ACT_QUARANTINED: {
    ro: 'Un act mai vechi al aceluiași dosar așteaptă o decizie. Decideți mai întâi despre el.',
    ru: 'Более раннее действие по этому делу ждёт решения. Сначала примите решение о нём.',
    en: 'An earlier act on the same application waits for a decision. Decide about it first.',
  },
  QUARANTINE_FULL: {
    ro: 'Prea multe acte ale acestui calculator așteaptă o decizie. Adresați-vă supraveghetorului.',
    ru: 'Слишком много действий этого компьютера ждут решения. Обратитесь к супервизору.',
    en: 'Too many acts of this computer wait for a decision. Contact a supervisor.',
  },
} as const satisfies Readonly<Record<string, Text>>;
