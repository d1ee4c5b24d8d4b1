import { defineMessages } from '../language/messages.ts';

/** Unsent acts in parts that load after the first screen. */
export const UNSENT_LATER = defineMessages({
  outSealed: {
    ro: 'Nu au ajuns încă la platformă: {n}. Rămân sigilate aici: se trimit când intrați din nou sau le primește supervizorul.',
    ru: 'Ещё не передано платформе: {n}. Остаётся здесь запечатанным: уйдёт, когда вы войдёте снова, или попадёт к супервизору.',
    en: 'Not sent yet: {n}. They stay here, sealed. They go out at your next sign-in, or a supervisor receives them.',
  },
  outOwn: {
    ro: 'Acestea rămân aici și le puteți deschide numai dumneavoastră, la următoarea intrare pe acest calculator:',
    ru: 'Это останется здесь, и открыть его сможете только вы, при следующем входе на этом компьютере:',
    en: 'These stay here, and only your next sign-in on this computer opens them:',
  },
  outLost: {
    ro: 'Acestea nu sunt păstrate pe disc. Dacă ieșiți, renunțați la ele:',
    ru: 'Это не сохранено на диске. Если выйти, вы от этого отказываетесь:',
    en: 'These are not stored on the disk. Signing out discards them:',
  },
  storedUnsent: {
    ro: 'Pe acest calculator așteaptă de trimis: acte {acts}, copii scanate {scans}. Rămân sigilate și se deschid când platforma confirmă calculatorul.',
    ru: 'На этом компьютере ждут отправки: действий {acts}, сканов {scans}. Они запечатаны и откроются, когда платформа подтвердит компьютер.',
    en: 'Waiting on this computer to be sent: acts {acts}, scans {scans}. They stay sealed, and open once the platform confirms the computer.',
  },
  waitsForCentre: {
    ro: 'S-a făcut la alt centru: {centre}. Se trimite când lucrați acolo.',
    ru: 'Сделано в другом центре: {centre}. Отправится, когда вы работаете там.',
    en: 'It was done at another centre: {centre}. It is sent when you work there.',
  },
  workThere: { ro: 'Lucrez la {centre}', ru: 'Работаю в {centre}', en: 'Work at {centre}' },
  leftCentre: {
    ro: 'Nu mai lucrați acolo: predați actul supervizorului acelui centru.',
    ru: 'Вы там больше не работаете: передайте действие супервизору того центра.',
    en: 'You no longer work there. Hand the act in for a supervisor of that centre.',
  },
  whichCentre: {
    ro: 'La care centru s-a făcut? Se trimite după ce alegeți.',
    ru: 'В каком центре это сделано? Отправится после выбора.',
    en: 'At which centre was it done? It is sent once you choose.',
  },
});
