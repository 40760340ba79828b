"""Invented identities. None can belong to a living person, whatever the seed."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import NamedTuple

SURNAMES = (
    "Abrivert", "Aubécour", "Bellecombre", "Bénazur", "Boisgontier-Lune", "Brisefeuille", "Cabriolat",
    "Castelnoir", "Chantelune", "Claironde", "Corvaisier", "Courtebrume", "Cœurderoche", "D'Ambrecour",
    "De La Fontenille", "Dessaulnes", "Doucerive", "Émeraudin", "Épinelle", "Falaisier", "Feuillerand",
    "Flambertin", "Fougerolles-Vif", "Garancier", "Givremont", "Grandclos", "Guédrillon", "Haultemer",
    "Héronval", "Hurlevain", "Îledor", "Jacinthard", "Jolivallon", "L'Estrapied", "La Brumette",
    "Lanternier", "Le Goëdic", "Longuépine", "Malvoisin", "Mirabelet", "Montorage", "Mûrier-Blanc",
    "Neigeronde", "Noirépi", "Ombredane", "Orvalet", "Ouragan-Petit", "Pâquerin", "Perlefine",
    "Pierrelongue", "Quatrevaux", "Quenouillet", "Rivaubert", "Rochetendre", "Rossignolet", "Sableron",
    "Saint-Aubrac", "Sauvagine", "Taillevent-Roy", "Tournesac", "Tramontin", "Ursuline-Prat", "Valembrun",
    "Vertadour", "Vifargent", "Voltemer", "Wagrenoir", "Yvelinde", "Zéphirin-Laz",
)  # fmt: skip
FIRST_NAMES = {
    "F": (
        "Adèle", "Agathe", "Anaïs", "Béatrice", "Bérénice", "Camille", "Cécile", "Chloé", "Clémence",
        "Danièle", "Édith", "Élise", "Éloïse", "Fanny", "Françoise", "Gaëlle", "Geneviève", "Hélène",
        "Inès", "Irène", "Jeanne", "Joëlle", "Justine", "Laëtitia", "Léa", "Lucie", "Maëlys", "Manon",
        "Marguerite", "Mélanie", "Noémie", "Océane", "Pénélope", "Rosalie", "Sidonie", "Solène",
        "Thérèse", "Valérie", "Véronique", "Zoé",
    ),
    "M": (
        "Adrien", "Aimé", "André", "Antonin", "Barthélemy", "Benoît", "Cédric", "Clément", "Cyprien",
        "Désiré", "Édouard", "Élie", "Émile", "Étienne", "Félix", "François", "Gaël", "Gaspard",
        "Gérard", "Hervé", "Hugo", "Jérôme", "Joël", "Jules", "Léon", "Loïc", "Lucien", "Mathéo",
        "Maxime", "Noël", "Octave", "Pascal", "Rémi", "Rodolphe", "Sébastien", "Stéphane", "Théo",
        "Timothée", "Ulysse", "Valentin",
    ),
}  # fmt: skip
TOWNS = (
    "Villebrume", "Montclairet-sur-Aulne", "Sainte-Épine-les-Bains", "Port-Ombrière", "Le Mesnil-aux-Fées",
    "Champ-d'Étoiles", "Roquesourde", "Bourg-Tranquille", "Vallée-du-Héron", "L'Isle-Imaginaire",
)  # fmt: skip
STREETS = (
    "rue des Tilleuls bleus", "place de l'Ancien-Puits", "allée des Hérissons", "chemin du Moulin-Perdu",
    "avenue de la Fontaine-Sèche", "impasse du Chat-Botté", "rue du Maréchal-Ferrant", "quai des Brumes",
    "boulevard de l'Étang", "sentier des Écoliers",
)  # fmt: skip
HISTORIES = (
    "Appendicectomie dans l'enfance.", "Asthme léger.", "Hypertension artérielle traitée.",
    "Migraines sans aura.", "Diabète de type 2 équilibré.", "Fracture du poignet consolidée.",
    "Hypothyroïdie substituée.", "Lombalgies récidivantes.", "Rhinite allergique saisonnière.",
    "Reflux gastro-œsophagien.", "Tabagisme sevré.", "Aucun antécédent notable.",
)  # fmt: skip
ALLERGIES = ("", "", "", "", "", "Pénicilline", "Latex", "Arachide", "Pollens de graminées", "Acariens")


class Patient(NamedTuple):
    """One invented patient, in the order of the columns of the table `patients` after its id."""

    file_number: str
    national_number: str
    last_name: str
    first_name: str
    sex: str
    birth_date: str
    address: str
    postcode: str
    town: str
    phone: str
    email: str
    allergies: str
    history: str
    last_seen: str
    updated_at: str


def national_number(rng: random.Random, birth: date) -> str:
    """Fifteen digits shaped like a French NIR that cannot be one.

    It begins with 9 (no such category), its month is 00, its department 99 with a wrong check key.
    """
    body = f"9{birth.year % 100:02d}0099{rng.randrange(1000):03d}{rng.randrange(1000):03d}"
    right_key = 97 - int(body) % 97
    return f"{body}{right_key % 97 + 1:02d}"


def invent_patient(rng: random.Random, number: int, today: date) -> Patient:
    """The `number`-th patient of a practice whose records begin on `today`."""
    sex = "F" if rng.random() < 0.53 else "M"
    first, last = rng.choice(FIRST_NAMES[sex]), rng.choice(SURNAMES)
    birth = today - timedelta(days=rng.randrange(95 * 365))
    return Patient(
        file_number=f"D{number:07d}",
        national_number=national_number(rng, birth),
        last_name=last.upper(),
        first_name=first,
        sex=sex,
        birth_date=birth.isoformat(),
        address=f"{rng.randrange(1, 140)} {rng.choice(STREETS)}",
        postcode=f"99{rng.randrange(1000):03d}",
        town=rng.choice(TOWNS),
        phone=f"06 39 98 {rng.randrange(100):02d} {rng.randrange(100):02d}",  # kept for fiction by ARCEP
        email=f"patient.{number}@example.org",
        allergies=rng.choice(ALLERGIES),
        history=" ".join(rng.sample(HISTORIES, rng.randrange(1, 4))),
        last_seen=today.isoformat(),
        updated_at=f"{today.isoformat()}T08:00:00",
    )
