"""What practices ask, and what is answered: offline, in both languages, by room."""

from __future__ import annotations

import unicodedata
from typing import Final, NamedTuple

from ....app.wording.language import Both


class Topic(NamedTuple):
    """`rooms`: where one may ask it, the rooms' names; `does`: a key of words.DOING, or "";
    `about`: that for which it says how; `also`: words by which people look for it."""

    rooms: tuple[str, ...]
    question: Both
    answer: Both
    does: str = ""
    about: str = ""
    also: Both = Both("", "")


TOPICS: Final = (
    Topic(
        ("restore", "home"),
        Both("Un fichier a disparu ou a été abîmé", "A file is gone or damaged"),
        Both(
            "Ouvrez « Restaurer », cherchez son nom, choisissez une version d’avant, puis « Restaurer ce"
            " fichier ». Rien n’est remplacé sans que vous l’ayez demandé.",
            "Open “Restore”, search for its name, choose a version from before, then “Restore this file”."
            " Nothing is replaced unless you ask for it.",
        ),
        also=Both(
            "supprimé effacé perdu écrasé retrouver récupérer restaurer",
            "deleted lost overwritten recover restore",
        ),
    ),
    Topic(
        ("restore",),
        Both("Je ne trouve pas le fichier", "I do not find the file"),
        Both(
            "Tapez un bout de son nom : la recherche parcourt toutes les versions, aussi celles où il a été"
            " effacé depuis. Majuscules et accents ne comptent pas.",
            "Type a part of its name: the search goes over all versions, also those since which it was"
            " deleted. Capitals and accents do not count.",
        ),
    ),
    Topic(
        ("help", "restore"),
        Both("Quelqu’un peut-il m’aider à distance ?", "Can somebody help me from afar?"),
        Both(
            "Appelez l’assistance au numéro du contrat, puis « Aide », « Ouvrir une séance » : vous lui"
            " lisez huit mots. Elle voit ce que vous accordez, étape par étape, jamais un contenu. La barre"
            " rouge arrête tout. N’ouvrez jamais de séance pour quelqu’un qui vous appelle.",
            "Call support at the number in the contract, then “Help”, “Open a session”: you read them eight"
            " words. They see what you grant, step by step, never a content. The red bar stops everything."
            " Never open a session for somebody who calls you.",
        ),
        also=Both(
            "assistance téléphone séance guider télémaintenance", "support telephone session guide remote"
        ),
    ),
    Topic(
        ("restore",),
        Both("Où va un fichier restauré ?", "Where does a restored file go?"),
        Both(
            "À sa place, à côté de celui qui y est déjà : les deux sont gardés, à moins que vous"
            " n’en décidiez autrement dans la liste au-dessus du bouton. « Ailleurs… » demande un dossier.",
            "To its place, beside the one that is there: both are kept, unless you decide otherwise in the"
            " list above the button. “Elsewhere…” asks for a folder.",
        ),
    ),
    Topic(
        ("settings", "home"),
        Both("La fenêtre est revenue à l’accueil toute seule", "The window went home by itself"),
        Both(
            "Après quelques minutes sans y toucher, elle ne montre plus de nom de fichier ni de patient : qui"
            " passe devant l’écran ne les lit pas. « Réglages » dit au bout de combien de temps.",
            "After some minutes without a touch it shows no names of files or patients: whoever passes the"
            " screen does not read them. “Settings” tells after how long.",
        ),
        also=Both("verrouiller écran veille minutes", "lock screen idle minutes"),
    ),
    Topic(
        ("restore", "keys"),
        Both("Le poste est en panne, volé ou brûlé", "The machine is broken, stolen or burnt"),
        Both(
            "Installez CyberLib sur un autre poste, ouvrez le coffre du cabinet avec la phrase secrète ou les"
            " 24 mots du kit de secours, puis restaurez.",
            "Install CyberLib on another machine, open the practice’s vault with the passphrase or the 24"
            " words of the recovery kit, then restore.",
        ),
        also=Both(
            "ordinateur pc disque dur mort incendie vol changer remplacer nouveau",
            "computer pc hard disk dead fire theft new replace",
        ),
    ),
    Topic(
        ("home", "activity"),
        Both(
            "Des fichiers ont des noms étranges ou ne s’ouvrent plus", "Files have odd names or do not open"
        ),
        Both(
            "Cela peut être un programme malveillant. Débranchez le poste du réseau, n’effacez rien, appelez"
            " votre informaticien. Les versions d’avant sont dans le coffre, et rien n’y est effacé tant que"
            " l’alarme dure.",
            "It may be malicious software. Take the machine off the network, delete nothing, call your"
            " technician. The versions from before are in the vault, and nothing is deleted there while the"
            " alarm lasts.",
        ),
        "look_at_alarm",
        also=Both("virus rançon rançongiciel ransomware piratage", "virus ransom ransomware hacked"),
    ),
    Topic(
        ("home", "activity"),
        Both("Faut-il laisser la fenêtre ouverte ?", "Does the window have to stay open?"),
        Both(
            "Non. Les sauvegardes se font sans elle, dès que le poste est allumé.",
            "No. Backups happen without it, whenever the machine is on.",
        ),
    ),
    Topic(
        ("home",),
        Both(
            "Que veut dire « une chose est à regarder » ?", "What does “one thing asks for attention” mean?"
        ),
        Both(
            "Les sauvegardes continuent, mais quelque chose les rend moins sûres. La phrase dit"
            " quoi, le bouton"
            " à droite est ce qu’il y a à faire. En rouge, « n’est pas protégé » : faites-le aujourd’hui.",
            "Backups go on, but something makes them less safe. The sentence says what, the button on the"
            " right is what there is to do. In red, “is not protected”: do it today.",
        ),
    ),
    Topic(
        ("home",),
        Both("Qu’est-ce qu’une restauration prouvée ?", "What is a proven restore?"),
        Both(
            "Chaque mois, des fichiers sont restaurés à part et comparés octet par octet. C’est la"
            " seule preuve qu’une sauvegarde sert à quelque chose ; un certificat en est gardé.",
            "Each month files are restored apart and compared byte for byte. It is the only proof that a"
            " backup is of use; a certificate of it is kept.",
        ),
        "prove_restore",
    ),
    Topic(
        ("home", "copies"),
        Both("Où sont mes données, et qui peut les lire ?", "Where are my data, and who can read them?"),
        Both(
            "Dans le coffre que montre l’accueil. Tout est chiffré sur ce poste avant d’en sortir :"
            " sans votre"
            " phrase secrète ou vos 24 mots, ni l’hébergeur ni nous ne pouvons les lire. Chez un hébergeur,"
            " c’est l’hébergement qui est certifié HDS, non ce programme.",
            "In the vault that the home page shows. All is encrypted on this machine before it leaves:"
            " without your passphrase or your 24 words neither the host nor we can read them. At a host it is"
            " the hosting that is HDS certified, not this program.",
        ),
    ),
    Topic(
        ("folders",),
        Both("Que faut-il protéger ?", "What is to be protected?"),
        Both(
            "Les dossiers où vous travaillez, et celui du logiciel du cabinet avec sa base. Ce qui n’est pas"
            " dans un dossier protégé n’est pas sauvegardé.",
            "The folders in which you work, and that of the practice’s software with its database. What is in"
            " no protected folder is not backed up.",
        ),
        "look_at_sources",
    ),
    Topic(
        ("folders",),
        Both("Un dossier protégé a disparu", "A protected folder has vanished"),
        Both(
            "Rebranchez son disque, ou remettez-le à sa place ; s’il a changé de place, ajoutez le nouveau et"
            " retirez l’ancien. Ce qui est déjà dans le coffre y reste.",
            "Plug its disk in again, or put it back; if it moved, add the new one and remove the old one."
            " What is in the vault already stays there.",
        ),
        "look_at_sources",
    ),
    Topic(
        ("activity",),
        Both("Une sauvegarde a échoué", "A backup has failed"),
        Both(
            "La phrase à côté dit pourquoi et quoi faire. CyberLib réessaie de lui-même ; rien de ce qui est"
            " déjà dans le coffre n’est touché. Si cela dure un jour, écrivez à l’assistance.",
            "The sentence beside it says why and what to do. CyberLib tries again by itself; nothing that is"
            " in the vault already is touched. If it lasts for a day, write to support.",
        ),
        "back_up",
    ),
    Topic(
        ("activity", "settings"),
        Both("La sauvegarde ralentit le poste ou la ligne", "The backup slows the machine or the line down"),
        Both(
            "« Suspendre » l’arrête pour une heure, quatre heures ou jusqu’à demain ; elle reprend où elle en"
            " était. Les heures et le débit se règlent.",
            "“Pause” stops it for an hour, four hours or until tomorrow; it goes on where it was. Hours and"
            " rates can be set.",
        ),
    ),
    Topic(
        ("activity", "copies"),
        Both("Il n’y a plus de place", "There is no room left"),
        Both(
            "Sur le disque du coffre : libérez de la place à côté du coffre, jamais dedans, ou"
            " prenez un disque"
            " plus grand. Chez un hébergeur : demandez plus de place, par « Écrire à l’assistance »."
            " Ce qui est déjà sauvegardé reste entier.",
            "On the vault’s disk: make room beside the vault, never in it, or take a larger disk. At a host:"
            " ask for more, by “Write to support”. What is backed up already stays whole.",
        ),
        about="make_room",
        also=Both("disque plein saturé espace", "disk full space"),
    ),
    Topic(
        ("settings",),
        Both("Combien de temps les versions sont-elles gardées ?", "For how long are versions kept?"),
        Both(
            "Sans règle, toutes. Une règle dit combien en garder par jour, mois et année ; ce qui partirait"
            " est montré avant d’enregistrer, et reste récupérable pendant la quarantaine.",
            "Without a rule, all of them. A rule says how many to keep by day, month and year; what would go"
            " is shown before you save, and can be brought back during its quarantine.",
        ),
    ),
    Topic(
        ("copies", "home"),
        Both("Pourquoi une copie sur un autre disque ?", "Why a copy on another disk?"),
        Both(
            "Trois exemplaires, sur deux supports, dont un ailleurs : un vol, un incendie ou une panne n’en"
            " prend jamais trois. Branchez chaque disque au moins une fois par mois, puis rangez-le"
            " ailleurs.",
            "Three copies, on two media, one of them elsewhere: theft, fire or a fault never take all three."
            " Plug each disk in once a month at least, then keep it elsewhere.",
        ),
        "plug_copy",
    ),
    Topic(
        ("keys", "first_run"),
        Both("La phrase secrète est oubliée", "The passphrase is forgotten"),
        Both(
            "Les 24 mots du kit de secours ouvrent aussi le coffre, et permettent d’en choisir une nouvelle."
            " Sans l’un ni l’autre, personne ne peut l’ouvrir.",
            "The 24 words of the recovery kit open the vault too, and let you choose a new one. Without"
            " either, nobody can open it.",
        ),
        also=Both("mot de passe perdu perdue code changer", "password lost code change"),
    ),
    Topic(
        ("keys",),
        Both("Où garder le kit de secours ?", "Where to keep the recovery kit?"),
        Both(
            "Imprimé, dans une enveloppe fermée, hors du cabinet : un coffre à la banque ou chez"
            " vous. Pas sur ce poste, ni en photo sur un téléphone. Qui a ces mots ouvre le coffre.",
            "On paper, in a closed envelope, outside the practice: a safe at the bank or at home. Not on this"
            " machine, nor as a photograph on a telephone. Whoever has these words opens the vault.",
        ),
        also=Both("imprimer impression clé papier", "print key paper"),
    ),
    Topic(
        ("help",),
        Both("Que voit l’assistance ?", "What does support see?"),
        Both(
            "Seulement ce que vous lui transmettez. L’archive ne contient ni secret ni nom de"
            " fichier, de patient"
            " ou de poste. Ne donnez à personne la phrase secrète ni les 24 mots : l’assistance ne"
            " les demande jamais.",
            "Only what you hand on. The archive holds no secret and no name of a file, patient or"
            " machine. Give nobody the passphrase or the 24 words: support never asks for them.",
        ),
    ),
)


def plain(text: str) -> str:
    """A text as searches compare it: without accents and capitals."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in spread if not unicodedata.combining(c)).replace("’", "'")


def found(words: str) -> list[Topic]:
    """Those that have all the words, in whichever language is chosen."""
    wanted = plain(words).split()
    return [
        each
        for each in TOPICS
        if all(w in plain(f"{each.question} {each.answer} {each.also}") for w in wanted)
    ]


def of_room(room: str) -> list[Topic]:
    """Those that one may ask there."""
    return [each for each in TOPICS if room in each.rooms]


def about(doing: str) -> list[Topic]:
    """Those that say how a thing is done. `doing`: a key of words.DOING."""
    return [each for each in TOPICS if doing and doing in (each.about, each.does)]
