"""The 2048 recovery words: resources/words/fr.txt, written here by tools/wordlist.py."""

from __future__ import annotations

from typing import Final

_TEXT: Final = """
abaisser abbaye abeille abonner aborder aboutir aboyer abriter absolu abstrait acacia acajou accalmie accepter
accord accroche accueil achat acheteur acide acier acompte acquis acrobate acteur actif actuel adage adepte
adieu adjacent adjectif adjoint admettre admirer adopter adorable adoucir adresse adroit adulte adverbe
affaire affiche agate agence agir agiter agneau agora agrandir agricole agronome aider aigle aiguille aileron
ailier aimable ajouter ajuster albatros album alchimie alentour alerte algue alibi aligner aliment alliance
allonger allumer almanach alouette alphabet alpin alterner altitude alto amadouer amalgame amarrage amateur
amazone ambiance ambre ambulant amener amidon amiral amorce amour amovible ample ampoule amulette amusant
analyse ananas anatomie anchois ancien ancrage anecdote ange animal anis annexe annonce annuel anodin anonyme
antenne aplatir appareil appeler applique appoint apprenti appui aquarium aqueduc arachide arbitre arborer
arbuste arcade arceau archipel ardeur ardoise argent argile argument arlequin armoire armure arpenter arranger
arriver arrosage artiste aspect asphalte aspirer assiette associer assurer astre astuce atelier atlas atome
atout attacher attendre attirer attraper auberge aubier audace auditeur aurore austral automne autruche auvent
avaler avance avenir aviateur avion aviser avocat avoine avril azimut azote azur babiole babouin badge bagage
baguette bahut baigner balance balcon baleine balise bambou banane bancaire bandeau banjo banlieue banquise
baobab baquet barbe baril baron barque barrage baryton basalte bascule base basique basket bassin bastide
bateau battre baudrier baume bavard bavette bazar beffroi belette belge belote berceau berger berline bermuda
besoin bestiole beurre biais biathlon biceps bidon bien bijou bilan bilingue billet binaire biologie biscuit
bistrot bitume bivouac blague blanc blason bleu bloc bloquer blottir blouson bobine bocage boire boisseau
bolide bonbon bondir bonheur bonjour bonnet bonobo bonsoir bonus bordure borne botte bouche bougie bouillon
boule bouquet bourdon boussole boutique bowling boxeur bracelet brancher bras bravo brebis bref bretelle
brevet bricoler bride brigade brillant brioche briquet briser brochure broderie bronze brosse brouette broyer
bruitage brumeux brusque brut bruyant budget buffet buisson bulbe bulletin bungalow bureau buste butin buveur
cabane cabinet cacao cachette cactus cadastre cadeau cadran cagnotte cagoule cahier caillou caisse calcul
calibre calme calque calumet camarade camelot camion campagne canard candidat canevas caniche cannelle cantine
canyon capable capital caporal caprice capsule capture capuche caramel carbone cardinal caresse cargo caribou
carnet carotte carpe carrosse carton cascade caserne casino cassette castor cause cavalier caviar ceinture
cellule cendrier centime cercle cerise certain cerveau cesser chaise chaleur chambre chanson chapeau charme
chasseur chaton chauffer chef chemin chenille chercher cheval chic chien chiffre chignon chimie chiot chips
chocolat choisir chorale chose chouette chrome cible cidre ciel cigale cigogne ciment cintre circuit cirque
ciseler citadin citerne cithare citoyen citron civil clairon clapoter classer clavier client climat clinique
cloche cloison clou clown club cobalt cocktail cocotier coder cohorte coiffeur coin colis colline colonne
colza combiner comique commerce complet concert conduire confort congeler conseil contact convoi copain copeau
copie coquille corail corbeau cordon cormoran corniche correct corset corvette cosmos costume coton cottage
coucou couleur couple courage cousin couteau couvert coyote craie crampon crapaud craquer cravate crayon
cresson creuser crevette cricket crier critique crochet croire croquis crumble cubique cueillir cuiller cuir
cuisine cuivre culotte culture cumin cumuler curcuma curieux curling curry curseur cuve cycle cylindre dahlia
dallage damier danser dater dauphin debout dehors delta demande demeure demi dentelle dernier descente dessert
destin devant devenir deviner devoir dialogue diamant diane diapason dicter diffuser digue diluer dimanche
diminuer dindon direct diriger discours disposer disque dissiper distance divan divertir division dizaine
docile docteur document dollar dolmen domaine dominer dompter donation donjon donner dorloter dormir dortoir
dorure dosage doser dossier douane doubler douceur doudoune douillet douter douzaine dragon drainer drakkar
drapeau dresser dribbler droitier drone duchesse duplex durable durcir durer duvet dynamo effet effigie effort
eldorado elfe ellipse emballer embellir embrun emmener empereur empire emploi emporter encadrer enclos
encodage encrier endive endormir endroit enduit enfant enfiler enfoncer enfuir engager engin englober engrais
enjamber enjeu enlacer enlever enrichir enrouler enseigne entamer entente entier entourer entracte environ
envoyer escalier escorte escrime espadon espion espoir esprit esquisse essai essence essieu essor essuyer
estampe estime estomac estrade estuaire euro exact examen exaucer excuse exemple exercice exiger exister
exotique expert exploit exposer express exquis externe extrait fabrique fabuleux facette facile facture faisan
fakir falaise fameux famille fanfare fanion farceur farfelu farine faubourg faucon faune fauteuil fauvette
faveur favori feinte fenouil fermier fertile ferveur festival feuille feutre fiable fiacre fibre ficelle
fichier fiction ficus fier fiesta figure filature filet fille film filon filtre final finesse finir firme
fiston fixation fjord flacon flair flamme flan flash flatteur fleur flexible flipper flore flotte fluide fluor
fluvial flux focal folklore foncer fondant fontaine football forage force forfait forger formule fortune forum
fossile fouet fouine foulard four foyer fraction fragile fraise franc frein frelon fresque friand frigo
fringale frisson friture froid fromage front frotter frugal fruit fuchsia fugue furet fusain fusion futile
futur gabarit gadget gage gagner gaillard galaxie galerie galop gamelle gamin gant garage gardien garenne
garnir garrigue gauche gaufre gazon geler gendarme genou genre gentil gerbe germer gestion geyser gibier
girafe girofle glace glaner glisser globe gloire glorieux glousser gluant glucose gnome gobelet golf gomme
gondole gonfler gong gorge gorille gouache goudron gouffre goujon goulot goupille gourmand gousse goutte
gracieux grade graine gramme grand grappe gratuit gravier grelot grenier griffon gril grimper grive gros
grotte groupe gruau grumeau guichet guide guignol guimauve guitare gymnase habile hachoir hall halte hamac
hameau hamster handball hangar hareng haricot harmonie harnais harpon hausse hautbois hectare herbier hercule
hermine heureux hexagone hibiscus hibou hippique hisser histoire hiver hochet hockey homard hommage honneur
honorer horaire horizon horloge houblon hublot huile huissier humain humble humide humour humus hutte hybride
hydrater hymne iceberg idylle igloo iguane illustre image imberbe imiter immense immobile imposer imprimer
incarner inclure index indice infini informer infusion initial innocent inox inscrire insecte insigne insolite
inspirer instant intact interne intime intrigue intuitif inventer invite invoquer iode iris ironie isard
isoler issue isthme italique item ivoire jacinthe jacquard jade jaguar jaillir jambe janvier jardin jargon
jarret jasmin jauger java javelot jazz jeep jetable jeter jeton jeudi jeune jogging joint joker joli jonction
jongler jouable joueur joujou journal joute jouvence jovial joyeux jubiler judo jugement juillet juin jumeau
jungle junior jupe jupon juriste jury justice juteux kaki karting kayak kermesse ketchup kilo kimono kiosque
kiwi klaxon koala label labour labrador lacet lactose lacustre lagune laine laisser laitier lama lambris
lampion lance landau langue lanterne largeur larme lasagne laser latin latte laurier lavande laverie lavoir
lecture lentille lessive lester lettre levain lever levure lexique liaison liasse libraire licence lichen
licorne lieu ligature ligne lilas limace limite limonade limpide lingot linteau liquide liseron lisible
lissage liste litre littoral livrer location logement logique logo lointain loisir longueur lopin loquet
loterie lotion lotus louange louer loupe loyal lucarne lucide ludique lueur luge lumen lumineux lunaire lunch
lundi lunette lustre luth lutrin lutteur luxueux luzerne lycra lynx lyrique macaron machine magasin magenta
magique magma magret maillot maintien mairie maison majeur major malaxer malice maman mamie mammouth manche
mandat manette mangeur manioc manoir manque mansarde manuel maquette marais marbre marcher mardi marge marier
marmite marquis marron marteau mascotte masquer massif match matelas matinal matrice mauve maxime mazout
meilleur melon membre meneur menhir mensuel menthe menu merci meringue message mesure meuble meunier micro
midi miette mignon migrer mijoter milieu mime mimosa mince minerai ministre minuit miracle miroiter missive
mistral mitaine mixage mixer mixte mobile modeste modifier module moelleux moindre mollet moment mondial
moniteur monnaie monopole monter monument morceau mortier motard moteur motif moto mouchoir moudre mouette
moufle mouiller moulin mousson mouton mouvant moyen muguet mule mulot multiple muraille murmure muscle museau
musique myope myriade myrtille mythe nacelle nacre nager naissant nappe narcisse natation nation nature
nautique naval navet navire nectar neige nettoyer neurone neutron neveu niche nickel niveau noble noce
nocturne noir noisette nomade nombril nommer normal notable noter notifier nougat nouille nounours nourrir
nouveau novembre novice noyau nuage nuance nuptial nuque nylon nymphe oasis objet obliger observer obstacle
obtenir occasion occident occuper ocre octave octet octobre octroi odeur odorat office offrir oiseau olivier
olympe omelette omettre omission omnibus oncle onde onglet opaline opaque opinion opter optique oracle orageux
orange orateur orbite ordonner ordre oreiller orgue orient original orme ornement orteil ortie osciller
oseille osmose otarie ouate oublier ouest ourlet ours outil outre ouvrage ovale ovation pacha pacifier pacte
paella pagaille pagode paiement paille paisible palace palette palmier palourde palpable panache pancarte
panda panneau panoplie pantalon papaye papier paprika papyrus paquebot parade parcours parent parfum pari
parking parler parmesan parole parquet parrain partage parure parvenir passer pastel paternel patience patois
patron pavillon pavot payant payer paysage pedigree peigne peintre pelouse peluche pencher pendant penseur
pente percer perdrix perle permis perruque personne peser petit peuple phase phoque photo physique piano
piccolo pichet picorer pierre pieuvre pigeon pigment pile pilote pimenter pinceau pingouin pintade pioche
pionnier pipette piquet pirate pirogue piscine pistache pivoter pixel pizza placer plafond plage plaisir
planche plaquer plateau pliant plier plomb plonger plot pluie plumage pluriel pluvieux pneu pochette podium
poignet pointe poirier poisson poivre polaire polenta polir polka pollen pommade pompe ponctuel pondre portail
pose position possible poster potage poteau potier poubelle pouf poulet poupon pourpre pousser pouvoir prairie
praline pratique premier prendre prestige preuve primaire prince prise prochain produire profil projet
prologue promener pronom propre prouver province prudence prune public puce pudding puissant pull puma pupitre
purifier puzzle pyjama pyramide quai quartier quatuor question quiche quille quinoa quitter quiz quota rabais
raboter racheter racine raclette raconter radar radieux rafale raffiner ragondin raisin rajeunir rajout
ralentir rallye ramasser ramer rampe ranch ranger rapide rapport rare rasoir ratio raton ravin rayonner rayure
rebond recette recharge record recruter recto recueil recycler redire redonner refaire refermer reflet refonte
refrain refuge regarder registre regret rejouer relais relever relier remarque remblai remettre remise
remonter remplir remuer renard rendu renfort rengaine renom rentrer renvoi repas repenser replacer report
reptile respect ressort restant retenir retirer retour retrait revenu revivre revue rhubarbe richesse ricochet
rideau rigide rigole rincer risotto rite rituel rivage rivet robe robinet robot robuste rocher roman ronce
rondelle roquette rosace rosette rosier rotation rotor rotule rouage rouble rouget rouler routier rouvrir
royaume ruban rubis rubrique ruche rude ruelle rugby rugueux ruisseau rural rustique rythme sablier sabot
sabre sachet sacoche safari safran sagesse saisir salade salsa salut salve samba samedi sandwich sanglier
santal sapeur saphir sapin sardine sarrasin saucisse sauge saumon sauna sauter sauvage savant savon saxo
sceptre science scolaire scooter score scout script scrutin sculpter seconde secret section segment seigle
semaine semblant semence semis semoule senior sensible sentir sergent serrer service seuil sieste sifflet
signal silence sillage simple simuler singe sinueux siphon sirop situer sketch skieur slalom slogan snack
social socle soif soigner soja soldat soleil soliste solo solstice solution solvant sombre sommeil sonate
sondage songer sonnerie sonore soprano sorbet sorcier sorgho sorte sosie soucoupe soudain souffle souhait
soulever souper sourire soutien souvenir spacieux spatial sport sprint square stable stade standard star
statue steppe stock stop strophe studio style suave sublime subtil sucre suffire suite suivant sujet sultan
superbe support surface surgir surnom surprise survol sushi sycomore syllabe symbole syntaxe tableau tabouret
tactique tailler tajine talc talent talisman talon talus tambour tamiser tampon tandem tango tapage taper
tapis taquin tarif tarot tarte tasse tatouage taupe taureau taverne taxi techno teindre temple tenant tendance
tenir tennis tension tenter tenue terminer terrain test texte thermal ticket tigre tilleul timbre timide tipi
tirage tirelire tiroir tisane tissu titan titrer toast toboggan toge toilette toison tomate tondeuse tonique
tonneau tonton topaze toque torche torrent torse tortue total totem toucher touffu toundra toupie tournoi
trace traduire train trajet tramway tranche travail treille tremplin tresse treuil triangle tribune tricot
trident trilogie trimaran trinquer trio triple triton trognon trombone tronc tropical troquer trottoir
troupeau truc truffe truite tube tulipe tulle tunnel turban tuteur tutoyer tutu tuyau typique ultime unanime
uniforme union unique unir unisson unitaire univers urbain usage usine usuel utiliser utopie vacance vache
vague vaillant vaincre vaisseau valable valeur valider vallon valoir valse vanille vannerie vaporeux varech
variable vasque vaste vecteur vedette veiller velours velux vendredi ventre verbal verdure verglas vermeil
vernis verrou verser vertu verveine vestige viaduc viande vibrer victoire vieux vigilant vigneron vigueur
villa vinaigre vinyle violet virtuel visage viseur visite vison visuel vitamine vitesse vitrine vivace vivier
vivre vocable voguer voile voisin voiture volant volcan volley volt volume vortex vote vouloir voyage voyelle
vrai vrille wagon watt webcam yacht yaourt yoga zeppelin zeste zigzag zinc zodiaque zone zoologie zoom
"""

WORDS: Final = tuple(_TEXT.split())
