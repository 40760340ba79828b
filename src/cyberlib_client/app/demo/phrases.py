"""What a practice writes all day: invented notes, prescriptions and letters, with numbers that vary."""

from __future__ import annotations

import random

# `%` templates take two numbers each: quick enough for millions of notes, and varied as real notes are.
NOTES = (
    "Tension artérielle %d/%d mmHg au repos, assis.",
    "Poids %d,%d kg, stable depuis la dernière visite.",
    "Douleur cotée %d/10 au repos et %d/10 à la mobilisation.",
    "Auscultation cardiaque régulière à %d battements par minute, saturation %d %%.",
    "Température %d,%d °C, pas de signe de gravité.",
    "Contrôle biologique conseillé dans %d semaines, puis tous les %d mois.",
    "Glycémie à jeun 0,%d g/L, hémoglobine glyquée 6,%d %%.",
    "Amplitude articulaire de %d degrés en flexion, %d degrés en abduction.",
    "Marche sans aide sur %d mètres, montée de %d étages sans essoufflement.",
    "Sommeil fragmenté, %d réveils par nuit, coucher vers %d heures.",
    "Vaccination à jour, rappel prévu dans %d ans (lot fictif %d).",
    "Le patient rapporte une gêne depuis %d jours, apparue après %d minutes d'effort.",
    "Examen de l'oreille droite sans particularité, audition mesurée à %d dB puis %d dB.",
    "Acuité visuelle %d/10 à droite, %d/10 à gauche, sans correction.",
    "Traitement bien toléré, %d oublis sur les %d derniers jours.",
    "Cicatrice propre de %d mm, ablation des fils au jour %d.",
    "Kinésithérapie poursuivie : %d séances faites sur %d prescrites.",
    "Régime expliqué, objectif de %d kg en %d mois.",
    "Arrêt de travail de %d jours, reprise à temps partiel pendant %d semaines.",
    "Rendez-vous de suivi proposé dans %d jours à %d h.",
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
    """That many sentences of a consultation note, about 65 bytes each."""
    bits = rng.getrandbits
    return " ".join(rng.choice(NOTES) % (bits(7) + 1, bits(5) + 1) for _ in range(sentences))


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
