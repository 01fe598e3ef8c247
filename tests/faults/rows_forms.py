"""A deploy while women are filling in a form, each at another question."""

from tests.faults.court import Woman
from tests.faults.releases import RELEASES
from tests.faults.table import row
from tests.faults.trial import Trial

#: The beginning of what is asked → what she answers. Her name has one word at first.
ANSWERS = (
    ("Sudah benar?", "benar"), ("Boleh saya simpan", "boleh"), ("panggil apa", "ibu"), ("iapa nama", "rukmini"), ("jalan apa", "mawar"),
    ("kecamatan mana", "cipondoh"), ("elurahan", "lewati"), ("bidang apa", "jahit"), ("Bidang apa", "jahit"),
    ("kegiatan baru?", "boleh"),
)  # fmt: skip
STEPS = 8  #: from the consent to the review screen
DONE = "STOP SIARAN"


def _asked(woman: Woman) -> str | None:
    """Which question stands last on her screen."""
    text = woman.texts[-1]
    return next((asked for asked, _ in ANSWERS if asked in text), None)


def _answers(trial: Trial, woman: Woman, name: str = "rukmini") -> None:
    """She answers what she sees, and waits until all that comes back is there: an answer may have two parts."""
    asked = _asked(woman)
    words = dict(ANSWERS)[asked] if asked else "rukmini sari"
    woman.says(name if words == "rukmini" else words)
    woman.waits_for("")
    trial.settles()


@row(
    "deploy in the middle of any form (question added, removed, renamed, tightened)",
    "goes on; at most one repeated question",
)
def deployed_in_the_middle(trial: Trial) -> None:
    for release in trial.some(*RELEASES):
        trial = trial.anew()
        women = trial.women(STEPS, first=700)
        trial.program.start()
        for woman in women:
            woman.says("halo")
            woman.waits_for("Boleh saya simpan")
        for place, woman in enumerate(women):
            for _ in range(place):
                _answers(trial, woman)
        before = [[_question(text) for text in woman.texts] for woman in women]
        assert trial.program.stop() == 0
        trial.program.without = release
        trial.program.start()
        for place, woman in enumerate(women):
            _finishes(trial, woman)
            after = [_question(text) for text in woman.texts[len(before[place]) :]]
            repeated = [asked for asked in after if asked and asked in before[place][:-1] and asked != "Sudah benar?"]
            assert len(repeated) <= 1, (release, place, repeated)
        assert trial.place.asks("SELECT count(*) FROM people WHERE name IN ('Rukmini', 'Rukmini Sari')")[0][0] == STEPS
        trial.holds()


def _question(text: str) -> str | None:
    return next((asked for asked, _ in ANSWERS if asked in text), None)


def _finishes(trial: Trial, woman: Woman) -> None:
    for _ in range(2 * STEPS):
        if any(DONE in text for text in woman.texts):
            return
        _answers(trial, woman, "rukmini sari")
    raise AssertionError(f"{woman.number} is not done: {woman.texts[-3:]}")
