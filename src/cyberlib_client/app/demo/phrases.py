"""What a practice writes all day: invented notes, prescriptions and letters."""

from __future__ import annotations

import random

SYMPTOMS = (
    "douleur", "gêne", "raideur", "fatigue", "toux sèche", "toux grasse", "essoufflement", "œdème",
    "rougeur", "démangeaison", "fourmillements", "vertiges", "nausées", "brûlures", "crampes",
    "palpitations", "insomnie", "céphalées", "éruption", "ecchymose", "tuméfaction", "contracture",
    "perte d'appétit", "sueurs nocturnes", "acouphènes", "larmoiement", "enrouement", "reflux",
    "constipation", "ballonnements", "tremblement", "fièvre", "frissons", "courbatures", "boiterie",
    "blocage", "craquement", "engourdissement", "sécheresse", "irritation",
)  # fmt: skip
SITES = (
    "du genou gauche", "du genou droit", "de l'épaule", "du coude", "du poignet", "de la cheville",
    "lombaire", "cervicale", "dorsale", "de la hanche", "du mollet", "de la cuisse", "du pied",
    "de l'orteil", "de la main", "du pouce", "de l'index", "thoracique", "abdominale", "épigastrique",
    "du flanc droit", "du flanc gauche", "de l'œil droit", "de l'œil gauche", "de l'oreille", "du nez",
    "de la gorge", "de la langue", "de la mâchoire", "du cuir chevelu", "du front", "de la nuque",
    "de l'aine", "du talon", "de l'avant-bras", "de la clavicule", "du sternum", "des côtes",
    "du tendon d'Achille", "de la peau",
)  # fmt: skip
QUALITIES = (
    "intermittente", "permanente", "modérée", "intense", "légère", "récente", "ancienne", "progressive",
    "brutale", "nocturne", "matinale", "diffuse", "localisée", "pulsatile", "sourde", "à l'effort",
    "au repos", "après le repas", "au toucher", "à la marche", "en position assise", "par temps froid",
    "sans rougeur", "sans fièvre", "améliorée", "aggravée", "inchangée", "résolue", "récidivante", "isolée",
    "symétrique", "fluctuante", "calmée par le repos", "calmée par la chaleur", "mal soulagée",
    "bien tolérée", "gênant le sommeil", "gênant la conduite", "sans retentissement", "au second plan",
)  # fmt: skip
ADVICE = (
    "repos", "glace matin et soir", "boissons abondantes", "marche quotidienne", "étirements doux",
    "bas de contention", "semelles", "attelle la nuit", "éviter le port de charges", "surélever le membre",
    "hygiène du sommeil", "écran limité le soir", "carnet de suivi", "automesure à domicile",
    "contrôle dentaire", "avis spécialisé", "radiographie de face", "échographie", "bilan sanguin",
    "analyse d'urines", "reprise progressive du sport", "régime pauvre en sel", "collations fractionnées",
    "crème hydratante", "lavage de nez", "vaccin à prévoir", "ordonnance renouvelée", "certificat remis",
    "courrier au spécialiste", "reconvoquer si besoin",
)  # fmt: skip

# Three words, then two numbers: quick enough for millions of notes, and as varied as real ones.
NOTES = (
    "%s %s %s, tension artérielle %d/%d.",
    "Se plaint de %s %s, %s ; poids %d,%d kg.",
    "%s %s %s, cotée %d/10 puis %d/10.",
    "Pas de %s %s %s ; pouls %d, saturation %d %%.",
    "%s %s %s depuis %d jours, traitée %d jours.",
    "Rapporte %s %s %s, température %d,%d.",
    "Recherche de %s %s %s négative, contrôle dans %d semaines, puis %d mois.",
    "Ancienne %s %s %s, flexion %d°, abduction %d°.",
    "%s %s %s malgré %d séances sur %d.",
    "Après chute : %s %s %s, marche %d m, %d étages.",
    "%s %s %s ; glycémie 0,%d, hémoglobine glyquée 6,%d.",
    "Surveiller %s %s %s, revoir à J%d ou J%d.",
    "Antécédent de %s %s %s en %d/%d.",
    "%s %s %s, cicatrice de %d mm, fils à J%d.",
    "Moins de %s %s, %s, %d prises oubliées sur %d.",
    "%s %s %s : arrêt %d jours, reprise à %d %%.",
)
REASONS = (
    "Consultation de suivi", "Renouvellement", "Fièvre", "Douleur de l'épaule", "Certificat sportif",
    "Vaccination", "Résultats d'analyses", "Pansement", "Première visite", "Bilan annuel", "Toux",
    "Lombalgie",
)  # fmt: skip
ACTS = (
    ("CONS", "Consultation au cabinet", 3000), ("SUIV", "Consultation de suivi", 2650),
    ("VISD", "Visite à domicile", 4500), ("ECG1", "Électrocardiogramme", 1426),
    ("PANS", "Pansement simple", 1260),
    ("VACC", "Injection vaccinale", 960), ("SUTU", "Suture de plaie superficielle", 3135),
    ("SPIR", "Mesure du souffle", 2010), ("CERT", "Rédaction d'un certificat", 1500),
)  # fmt: skip
MEDICINES = (
    "Paracétamol 1 g", "Ibuprofène 400 mg", "Amoxicilline 1 g", "Salbutamol 100 µg", "Metformine 850 mg",
    "Ramipril 5 mg", "Lévothyroxine 75 µg", "Oméprazole 20 mg", "Cétirizine 10 mg", "Vitamine D 100 000 UI",
)  # fmt: skip
DIRECTIONS = (
    "%d comprimé(s) matin et soir pendant %d jours", "%d prise(s) par jour, au repas, pendant %d jours",
    "%d fois par jour si besoin, sans dépasser %d jours", "%d le matin à jeun, durée %d semaines",
)  # fmt: skip
RECIPIENTS = (
    "Service de cardiologie, Hôpital imaginaire de Villebrume", "Cabinet de radiologie des Tilleuls bleus",
    "Centre de rééducation du Moulin-Perdu", "Laboratoire d'analyses de Port-Ombrière",
    "Pharmacie de l'Ancien-Puits", "Médecine du travail, Bourg-Tranquille",
)  # fmt: skip
SUBJECTS = (
    "Compte rendu de consultation", "Demande d'avis spécialisé", "Demande d'imagerie",
    "Suite d'hospitalisation", "Prescription de rééducation", "Information du médecin du travail",
)  # fmt: skip


def note(rng: random.Random, sentences: int) -> str:
    """That many sentences of a consultation note, about 65 bytes each, with advice after some."""
    bits, choice = rng.getrandbits, rng.choice
    written = []
    for _ in range(sentences):
        words = (choice(SYMPTOMS), choice(SITES), choice(QUALITIES))
        written.append(choice(NOTES) % (*words, bits(7) + 1, bits(5) + 1))
        if not bits(2):
            written.append(f"Conseil : {choice(ADVICE)}, {choice(ADVICE)}.")
    return " ".join(written)


def prescription(rng: random.Random) -> str:
    """One to five lines: a medicine and how to take it."""
    bits = rng.getrandbits
    return "\n".join(
        f"{rng.choice(MEDICINES)} : {rng.choice(DIRECTIONS) % (bits(2) + 1, bits(5) + 1)}"
        for _ in range(1 + bits(8) % 5)
    )


def letter_body(rng: random.Random, patient: str, birth_date: str) -> str:
    """A letter from one practitioner to another, one to two kilobytes."""
    paragraphs = "\n\n".join(note(rng, 3 + rng.getrandbits(2)) for _ in range(3))
    return (
        f"Chère consœur, cher confrère,\n\nJe vous adresse {patient}, né(e) le {birth_date}, pour avis.\n\n"
        f"{paragraphs}\n\nJe vous remercie de votre aide et vous prie de croire à mes sentiments dévoués."
    )
