"""What journeys share: registering from the first question on, and how long it is to the first reminder."""

from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Protocol

from models.programme import WIB

SAMPLE = Path(__file__).parents[2] / "models" / "sample" / "programme.toml"


class Woman(Protocol):
    """Somebody on either messenger."""

    def says(self, text: str) -> Any: ...

    def presses(self, label: str) -> Any: ...

    def waits_for(self, wanted: str) -> Any: ...


def registers(siti: Woman) -> None:
    """From the question of consent to being a participant."""
    siti.waits_for("Boleh saya simpan?")
    siti.presses("Boleh")
    siti.waits_for("panggil apa")
    siti.presses("Ibu")
    siti.waits_for("Siapa nama")
    siti.says("siti aminah")
    siti.waits_for("kecamatan mana")
    siti.says("cipondo")
    siti.waits_for("kelurahan")
    siti.presses("Lewati")
    siti.waits_for("tertarik bidang")
    siti.says("menjahit sama masak")
    siti.waits_for("Sudah benar?")
    siti.presses("Benar")
    siti.waits_for("kegiatan baru?")
    siti.presses("Boleh")


def until_the_evening_before() -> float:
    """Seconds until 18.30 WIB on the day before the sample's sewing class first meets: the Saturday a week from now."""
    now = datetime.now(WIB)
    first = now.date() + timedelta(days=7)
    friday = first + timedelta(days=(5 - first.weekday()) % 7 - 1)
    return (datetime.combine(friday, time(18, 30), WIB) - now).total_seconds()
