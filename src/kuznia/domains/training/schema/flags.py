"""Warning signs and conditions that a person can tell us about, by name."""

from typing import Literal

Flag = Literal[
    "chest_pain",
    "fainting",
    "heart_disease",
    "kidney_disease",
    "metabolic_disease",
    "breathless",
    "ankle_swelling",
    "palpitations",
    "calf_swelling",
    "supervised_only",
    "nerve_signs",
    "trauma",
    "pregnancy",
    "pregnancy_complication",
    "postpartum",
    "fever",
    "lost_period",
    "compensatory",
    "hypertension",
    "beta_blocker",
    "atrial_fibrillation",
    "diabetes",
    "osteoporosis",
    "asthma",
    "falls",
    "wheelchair",
]
