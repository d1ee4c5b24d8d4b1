/**
 * The words of passphrases: Romanian, four to seven letters, without diacritics, and different in more than one letter.
 * Written for this page; the test counts them.
 */
export const PASSPHRASE_WORDS: readonly string[] = `
abac abajur abator abis abonat aburit acces acord acrobat actor acustic acvariu adaos aderent adjunct adormit adult
aerian afin afluent afumat agent ager agil agregat agricol agronom ajun ajutor alai albie album alcov alee alergat
alert aliat alifie almanah alpin altar altoi alunec amabil amar ambalaj ambient amestec amic amical amurg amuzat
anason andrea animat anotimp antic anual apel apicol aplauze aplomb aprins apus aragaz arbitru arbore arbust arcan
ardei arest argint arhivar arici arie aripa armonic arpegiu articol artist artizan asalt ascuns aspect asprime astral
astru atelaj atelier atins atlas atom august auriu auroral autobuz autocar automat avans avansat aviator aviz avocat
azur bagaj baie balama balaur balcon balet balsam baltag bambus banc bancher bandaj bariton baron baston batal baterie
batic bazar bazin belciug belfer benefic benzi berbec beton bezea bibelou biber bidon biliard bilingv binar binoclu
biolog birou biscuit blat bloc blond bobinat boboc bocanc bogat boier bolid bolovan boltit borcan bord botez brad
breloc bretea briceag brodat bronz bronzat brotac brumar brun brunet bucata bucuros bufet bugeac bujor bulb bumbac
bunic burete burlan bust busuioc butoi butuc buzunar cabinet cablu cactus cadou cadran cafea cafeniu caiac caiet cais
calapod calc calcan calcul calibru calif calup camarad camelie camion canal canapea candel cangur canoe cantar capabil
capital carbon cargou cariere carnet carpen cart cartel cartier cartof casant casier casnic castan castor catalog
catarg catifea cauciuc cavaler cazarma cazma ceas ceaun cedru celebru celest celofan celular centaur central centru
ceramic cerb cercel cerdac cernut cetate chef cheie chelner chenar chibrit chimen chimist chimono ciclist ciclon cifru
cimbru cimpoi cinci cinefil cinste ciob ciocan ciocnit ciorap circ circuit ciripit citadin citat ciubuc ciudat ciulin
ciupit ciur civil clar clasic clasor clavir clean cleios cleric clopot clovn club cneaz cocean cochet cocor coerent
coif colac coleg colier colind colnic colonel colorat colos colosal comet comic comod compact compas complet compot
comun comunal concav concert concis concret condei condor condus confort congres consul cont contact contur convex
convoi copie copilot copist coral cordial cordon corect corn corset costum cotlet cotlon cozonac crater creanga credit
credul creion crem cremos crescut crestat creuzet crin criptic cristal crocant croitor cronic cros cruce cubic cuib
culoar cumnat cupeu cuplaj cuplet curajos curat curcan curent curier curios curs cursiv curte custode cutie cvartal
cvintet dalb dalie dans darnic deal decis decor decorat dedicat definit deget delfin dentist deschis desen desenat
desert diafan dialog diamant dictat diferit digital dihor dinamic direct dirijat disc discret discurs distant distins
divan divers dolar dolofan domn dorit dovleac drag dragon drapel drept drum dublu duios dulap dulce dulceag dulgher
durabil ecou ecran ecuator efect egal elan elastic elefant elegiac element elev eminent emisar emotiv energic epic
episod erudit estival etaj etalon eter eteric evantai evident exact examen exemplu exotic expert expres extern extins
fabrica fabulos fachir fagure faimos falnic fanar fanion farmec fasole favorit fazan feeric felinar fenomen fericit
fermier fertil festiv fidel fier fierar film filmat filtrat filtru final finit fiord firav fitil fizic flacon flanel
flaut fleac floare floral florid fluid flux foaie focar folclor folosit fondat foraj formal fort forum fosfor fotbal
fotoliu fractal fraged fragil franc frate fratern frig frison front frontal fruct frumos fruntar frunte fulg fulger
fumuriu furgon furnal furtun fusar fuzelaj galant galaxie galben galon garaj gard gardian gazetar geam geamgiu gemeni
general generic generos gentil geolog ghem ghepard ghid ghimpe ghiocel ghiveci gigant gimnast ginere glas glob global
glorios gnom golf gong graf grafic grajd granat gratis gratuit gravor greier greu grilaj grup guler gustos gutui guvid
hamac hambar hamster hangar harbuz harpist hectar hipic hoinar hotar hotel hrean hublou humus iasomie iepure ieri
ilustru imediat imens import incolor indigo inedit inel inelat inert infinit inginer inocent inox insolit intact
integru intens intern intim invers invitat iris iscusit istoric italic iubit iubitor iulie iute ivoriu izlaz izolat
izvod jaguar jaluzea jambon jder jeleu jilav jocheu jovial jubileu judo junior juvenil kaki kiwi lacom laic lalea
laminor lampion lansat lapidar larice lateral lavabou lector legat legitim lejer lemn lemnar lemnos lent leopard
levier lexical liberal licean liceu lichid lider lift lighean liliac liman limpede lingou liniar linte liric literar
litoral litru livrat local logic lotus lucid lucios lucrat lucru luminat luminos lunar lunatic lunecos lung lupan
lutier luxos macara macat maestru magazin magic magiun magnet maiou major mamut mango mantou maraton marcaj mare
margine marin marinar masiv matern matinal matur maxim mecanic medic medical melc meleag melodic meloman menajer meniu
mentor merit mers mesager metal metalic meteor metru miel miere migdal milenar milion miner mineral minim mintal
minunat minune minut mirabil miraj mirific miros mister mitic moale mobil moderat modern modest modul mohair molcom
moment monarh monden mondial monetar monoclu monolit montan morar morcov mosor mozaic mugur munte mural murmur muzeu
muzical naiv narativ narator narcis nasture natural nautic naval navigat necesar negru neon nepot nerv neutru nimb
nisip nisipos nivel noapte nocturn nomad nominal nordic noroc norocos notabil notat notoriu noutate novice nucleu
numeric numeros oaspete obelisc obicei obiect oblong obraz ocol octogon ocular ocupat odaie odgon odihnit oferit
oficial ogar oglind olimpic omagial omagiu onest onix opac operat oportun optic optimal orator ordin ordinar ordonat
orez organ organic orhidee orient orizont ornat ortac oxigen ozon pachet pact pahar palat palid palier paltin pamflet
panda panel panou pantof papagal papion papirus papucar paradis paralel parapet parc parfum pariu pasager pasaj
pasiune pastel patent patriot patron patru pedagog peisaj pelerin pelican pelin pendul pepene pepit pereche perete
perfect periat peron pescar petic petrol pianist picant picior pieptar piersic pieton pilaf pilon pilotat pinguin
pinten pionier piper pisoi pistil pistrui pivot placid planor plantat platan platou plaur plenar plisat ploios plonjor
plop plugar plumb plural plus poarta podium poem polen polo pompier pompon ponei ponton popas popicar popor popular
portal portic porto portret porumb posibil post postav potir potop pozitiv practic precis precoce predat prefect
prelung premiu pretins prezent prieten primar primit primul privat produs profet profil profund program proiect promis
prompt propice propriu prosop prosper proverb prozaic prudent public pudel pufos pulover punct punctat pupitru pustiu
radar radial radio rafinat raft rapid raport rapsod rasol rebus recent recif recital record recrut refren refugiu
regalat regim regizat regizor relatat relativ relief remediu renovat renume renumit repaus reper repetat replic
respect retoric retras reunit ridiche rigid rinocer ritm ritmic rival riveran robinet robot robust roditor rogoz roman
romb rombic rondel rotativ rotit rotor rotund roua rubin rugbi rulat rulment rumen rustic sabie sacou sadea safir saga
salam salariu salcie salin saltea salut salvat samovar sandal sanitar sarmale savuros saxofon scai scaun scenic
schelet schior scor scris scrum scuar scump scurt scuter secol secret secund sediu segment seif semafor semnal senin
serial serie serios sertar servit sesam sezon sferic sfert sfinx sfios sidef sidefiu sigur silvic simbol simplu sincer
sinonim sirop sistem sitar situat slab slalom slogan smarald smochin snop soare sobru social sofa solemn solist
solitar somon sonerie sonet sonic sonor sorbet sosie spanac spate special spectru spicher spiral sponsor spontan sport
sportiv sprijin sprint spumant spumos stabil stadion stat static statut stea stejar stelat sticlar sticlos stilou
stimat stocat stoic stol stomac stors straniu strict stropit strung student studiat stufos stup sturion sturz suav
subtil succes sucit suflet sugerat sulf sultan suman superb suplu suprem surd surplus surtuc susurat suvenir suveran
svelt tabel tabiet tablou tacit tactic tafta taifas taifun tainic talaz talent taler tandem tandru tangaj tapet tarhon
tarif tatuaj tavan taxi teatral teatru tehnic telefon tematic temerar templu tempo tenace tenis tenor tentant teras
teren terific termal termos test testat textil tezaur tichie tigaie tigrat tigru timid timp timpan tipar titlu titular
tobogan toiag tonaj topaz topit torent total totem tractor tradus tragic trai tramvai trapez trasat traseu travers
trecut trenci trening treptat trestie tribun tricot trifoi trimis triplu triumf trofeu troian trombon tron tronson
trotuar trunchi tumult tunel turban turcoaz turist turn turnat turneu turnir tutore uimitor ulcior ulei ultim umanist
umed umeri umor unanim unchi ungher unguent uniform unit univers urale urgent urmat ursuz uscat usturoi util utilaj
uzual vacant vagon vaier valabil validat valoros vals vanilie vapor variat vast vatman vechi vecin vegetal vehicul
venit verde veridic vernil versant verset vertij vesel vestiar vestit veteran viabil viaduct vibrant vifor viforos
vigoare viitor vijelie viol violet viran virtuos visat viscol vital viteaz vivace vizibil vizir vizitat vizual voal
vodevil voiaj voinic voios volan volei volum vrabie vrednic vrej vreme vulcan vulpe vulpoi vultur xilofon zbor zburdat
zefir zelos zero zestre zgomot ziar ziarist zigzag zilnic zodiac zodie zugrav zumzet zvon
`
  .trim()
  .split(/\s+/);
